"""Explanations why a sample cannot be loaded: its files, a setting, or a step of the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import FrameType

import cv2

from mmvpt.datasets.label_ids import SET_ONCE

#: The module that decodes images, for each library that it calls.
DECODER = 'mmcv.image.io'
DAMAGED = 'If the file is damaged, repair it or remove it from the data set.'
ABSENT = 'There is no such file: check data_root and data_prefix of the data set, or remove it from the annotations.'
DISAGREE = f'The data set and LoadAnnotations of its pipeline must agree on reduce_zero_label. {SET_ONCE}'
NOT_THE_FILE = (
    'The file is probably correct: check the pipeline of the data set, and the results of the steps before this one. '
    'tools/verify_dataset.py says whether each picture and its label map have the same size.'
)


def explain(error: Exception) -> str:
    """Return what failed, and what to do about it."""
    frames = list(_frames(error))
    advice = next(advice for holds, advice in CAUSES if holds(error, frames))
    step = _step(frames)
    return f'{f"{step} fails with " if step else ""}{type(error).__name__}: {error}. {advice}'


def _frames(error: Exception) -> Iterator[FrameType]:
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next


def _step(frames: list[FrameType]) -> str:
    """Return the innermost step of a pipeline that raised an error."""
    owners: list[object] = [frame.f_locals.get('self') for frame in frames if frame.f_code.co_name == 'transform']
    return type(owners[-1]).__name__ if owners else ''


def _is_disagreement(error: Exception, frames: list[FrameType]) -> bool:
    return isinstance(error, AssertionError) and 'reduce_zero_label' in str(error)


def _is_absence(error: Exception, frames: list[FrameType]) -> bool:
    return isinstance(error, FileNotFoundError)


def _is_damage(error: Exception, frames: list[FrameType]) -> bool:
    return isinstance(error, OSError) or _is_of_decoder(error, frames) or _is_of_nothing(error, frames)


def _is_of_decoder(error: Exception, frames: list[FrameType]) -> bool:
    """Return whether a library could not read the bytes of a file; if mmcv refuses, an option of the step is wrong."""
    modules = [frame.f_globals.get('__name__') for frame in frames]
    return DECODER in modules and (modules[-1] != DECODER or isinstance(error, cv2.error))


def _is_of_nothing(error: Exception, frames: list[FrameType]) -> bool:
    """Return whether a loading step failed because its decoder returned None."""
    return _step(frames).startswith('Load') and ('NoneType' in str(error) or 'failed to load image' in str(error))


Cause = tuple[Callable[[Exception, list[FrameType]], bool], str]
CAUSES: tuple[Cause, ...] = (
    (_is_disagreement, DISAGREE),
    (_is_absence, ABSENT),
    (_is_damage, DAMAGED),
    (lambda error, frames: True, NOT_THE_FILE),
)
