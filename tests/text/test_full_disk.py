"""What a full disk lacks space for is said."""

from __future__ import annotations

import errno
import os

import pytest

from mmvpt.text.full_disk import FULL, say_where_full
from mmvpt.text.refused import Refused


@pytest.mark.parametrize('number', FULL)
@pytest.mark.parametrize(('file', 'place'), [(None, 'work_dirs/x'), ('work_dirs/x/iter_2.pth', 'iter_2.pth')])
def test_a_full_disk_names_the_file_or_where_it_was_written(number, file, place) -> None:
    with pytest.raises(Refused, match=f'{os.strerror(number)}: .*{place}. Free some space, then go on.'):
        with say_where_full('work_dirs/x', 'go on'):
            raise OSError(number, os.strerror(number), file)


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(PermissionError), say_where_full('work_dirs/x', 'go on'):
        raise OSError(errno.EACCES, 'no', 'x')
