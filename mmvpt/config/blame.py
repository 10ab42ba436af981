"""Which part of a config an error of a host comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType

from mmengine.config import Config

from .known_keys import TOP
from .problem import Group, show, value_at, walk


@contextmanager
def parts_named(config: Config) -> Iterator[None]:
    """Add to an error that passes which part of a config was being built; it stays what it is otherwise."""
    try:
        yield
    except Exception as error:
        path, part = blame(config, error)
        if path:
            error.add_note(f'This comes from {path} of the config: {part}. Correct it there.')
        raise


def blame(config: Config, error: BaseException, path: str = '') -> tuple[str, str]:
    """Return the path of the innermost part that was being built, and how it is written.

    MMEngine's builder has the part in its frame, from which it is found in the config again.

    Args:
        config: What was being built.
        error: With its traceback.
        path: Of the part that is known to be built; the whole config otherwise.
    """
    group: Group | None = None
    attaching = False
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_name == 'build_from_cfg':
            group = trace.tb_frame.f_locals.get('cfg')
        attaching |= trace.tb_frame.f_code.co_name == 'attach'
        trace = trace.tb_next
    found = path if group is None else _path_of(config, path, group)
    if attaching and value_at(config, f'{found}.tuner'):
        found = f'{found}.tuner'
    return found, _spell(value_at(config, found)) if found else ''


def _path_of(config: Config, path: str, wanted: Group) -> str:
    """Where a part is: the group of its type that has most of its values."""
    best, most = path, 0
    for place in walk({key: config[key] for key in TOP if key in config}):
        group = place.value
        if place.path.startswith(path) and isinstance(group, Mapping) and group.get('type') == wanted.get('type'):
            same = sum(key in group and group[key] == value for key, value in wanted.items())
            if same > most:
                best, most = place.path, same
    return best


def _spell(part: object) -> str:
    if not isinstance(part, Mapping):
        return show(part)
    options = ', '.join(f'{key}={show(value, 40)}' for key, value in part.items() if key not in ('type', '_scope_'))
    return f'{part.get("type", "it")}({options})'
