"""Slips of the pen are told from names of one's own."""

import pytest

from mmvpt.config.near import distance, near_misses, suggest

KEYS = ('model', 'train_dataloader', 'val_dataloader', 'resume')


@pytest.mark.parametrize(
    ('word', 'name'),
    [
        ('modle', 'model'),
        ('train_dataloadr', 'train_dataloader'),
        ('va_ldataloader', 'val_dataloader'),
        ('resum', 'resume'),
    ],
)
def test_a_slip_has_one_name_that_is_meant(word, name):
    assert near_misses(word, KEYS) == [name]


@pytest.mark.parametrize('word', ['model', 'model2', 'my_lr', 'num_classes', 'dataloader', 'moment'])
def test_names_of_ones_own_and_numbered_ones_are_no_slips(word):
    assert near_misses(word, KEYS) == []


def test_where_other_names_may_stand_one_letter_is_a_slip_and_two_are_none():
    assert near_misses('dqs_cfgg', ['dqs_cfg'], most=1) == ['dqs_cfg']
    assert near_misses('dn_cfg', ['dqs_cfg'], most=1) == []


def test_letters_that_change_places_are_one_step():
    assert [distance('modle', 'model'), distance('mdoel', 'model'), distance('modl', 'model')] == [1, 1, 1]


def test_what_is_meant_comes_before_all_that_is_possible():
    assert suggest('resum', KEYS) == ('Did you mean resume? Possible: model, resume, train_dataloader, val_dataloader.')
