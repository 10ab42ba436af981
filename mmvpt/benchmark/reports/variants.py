"""Options that a sweep varies to draw a curve: how many prompts, and in which blocks."""

from __future__ import annotations

from mmvpt.benchmark.results import Result

#: Last words of the keys of such options, and what a curve over them is about.
AXES = {'num_tokens': 'prompts', 'start': 'first block with prompts', 'end': 'end of the blocks with prompts'}
#: Options and their values, in order.
Variant = tuple[tuple[str, object], ...]


def axis_of(key: str) -> str | None:
    """Which of the ``AXES`` an option is; ``_num_tokens`` at the end of a longer word is one too."""
    word = key.rpartition('.')[2]
    return next((axis for axis in AXES if word == axis or word.endswith(f'_{axis}')), None)


def variant_of(result: Result) -> Variant:
    """The values of such options in the setting of a result."""
    return tuple(sorted((key, value) for key, value in result.setting.items() if axis_of(key)))


def describe_variant(variant: Variant) -> str:
    """A variant in words, such as ``num_tokens = 50``."""
    words = [key.rpartition('.')[2] for key, _ in variant]
    names = [word if words.count(word) == 1 else key for word, (key, _) in zip(words, variant, strict=True)]
    return ', '.join(f'{name} = {value}' for name, (_, value) in zip(names, variant, strict=True))
