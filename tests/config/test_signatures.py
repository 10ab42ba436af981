"""What a type can be given is read from its class and from those that it hands the rest to."""

from mmvpt.config.signatures import options_of


class Base:
    def __init__(self, size, color='red'):
        self.size = size


class Hands(Base):
    def __init__(self, shape, **kwargs):
        super().__init__(size=3, **kwargs)
        self.shape = shape


class Keeps(Base):
    def __init__(self, **kwargs):
        super().__init__(3, **kwargs)
        self.kept = kwargs


class Skips(Hands):
    def __init__(self, **kwargs):
        super(Hands, self).__init__(**kwargs)


def test_options_of_parents_are_options_where_the_rest_is_handed_on():
    options = options_of(Hands)
    assert set(options.known) == {'shape', 'size', 'color'}
    assert not options.open


def test_a_class_needs_what_it_has_no_default_for_and_not_what_it_gives_its_parent():
    assert options_of(Hands).needed == {'shape'}
    assert options_of(Base).needed == {'size'}


def test_a_class_that_keeps_the_rest_takes_any_option():
    assert options_of(Keeps).open


def test_a_class_that_skips_its_parent_takes_what_its_ancestors_take():
    options = options_of(Skips)
    assert {'size', 'color'} <= set(options.known)
    assert not options.open


def test_functions_have_options_too():
    def shrink(value, by=2):
        return value // by

    assert set(options_of(shrink).known) == {'value', 'by'}
    assert not options_of(shrink).open
