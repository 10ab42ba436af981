import pytest

from mmvpt.text.tables import format_table


def test_numbers_stand_to_the_right_and_words_to_the_left():
    rows = [dict(method='head only', parameters=1234567, mIoU=31.2), dict(method='VPT', parameters=9, mIoU=0.5)]
    assert format_table(rows).splitlines() == [
        '| method    | parameters |  mIoU |',
        '| :-------- | ---------: | ----: |',
        '| head only |  1,234,567 | 31.20 |',
        '| VPT       |          9 | 0.500 |',
    ]


def test_a_table_without_rows_is_refused():
    with pytest.raises(ValueError, match='at least one row'):
        format_table([])
