"""One check of a config before a run: all that is wrong in it, as far as that can be known without data."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from mmengine.config import Config

from mmvpt.text.once import process_number, say
from mmvpt.text.refused import Refused

from .check_builds import check_builds
from .check_fit import check_fit
from .check_keys import check_keys, check_overrides, check_top
from .check_model import check_model
from .check_run import check_run
from .check_values import check_values
from .hosts import HOSTS
from .open import open_config
from .problem import ConfigProblem
from .registered import known_scope

#: Checks in the order in which what they find is told.
CHECKS = (check_top, check_keys, check_values, check_run, check_fit, check_builds, check_model)
#: What a model is built of.
OF_MODEL = re.compile(r'(model|data_preprocessor)\b')


def refuse_wrong(config: Config) -> None:
    """Refuse a config in which something is wrong, with all that is; say what a run may go on with."""
    found = problems_of(config)
    wrong = [problem for problem in found if not problem.remark]
    if wrong:
        raise _refusal(wrong, config)
    for problem in found:
        say(f'Remark on {problem}')


def open_checked(name: str, overrides: Mapping[str, object] | None = None, unread: Collection[str] = ()) -> Config:
    """Open a config for a run and check it, with paths of overrides that would make a branch that nothing reads.

    Args:
        name: A path, or ``mmvpt::`` and the name of one of our configs.
        overrides: Those of ``--cfg-options``, by dotted key.
        unread: Keys at top level that the run does not read, and that are not checked.
    """
    config = open_config(name)
    if wrong := list(check_overrides(config, overrides or {})):
        raise _refusal(wrong, config)
    opened = open_config(config, overrides)
    refuse_wrong(Config({key: value for key, value in opened.items() if key not in unread}, filename=opened.filename))
    return opened


def check_file(name: str, overrides: Mapping[str, object] | None = None) -> list[ConfigProblem]:
    """Return all that is wrong in a config and in what is to be changed in it; arguments as of ``open_checked``."""
    config = open_config(name)
    wrong = list(check_overrides(config, overrides or {}))
    return wrong + problems_of(config if wrong else open_config(config, overrides))


def problems_of(config: Config) -> list[ConfigProblem]:
    """Return all that is wrong in a config; of several problems at one place, the first."""
    scope = config.get('default_scope')
    if scope is not None and not (isinstance(scope, str) and known_scope(scope)):
        return [
            ConfigProblem('default_scope', f'{scope!r} is no package with registries. Possible: {", ".join(HOSTS)}.')
        ]
    found: dict[str, ConfigProblem] = {}
    for check in CHECKS:
        if check is check_model and any(OF_MODEL.match(path) and not one.remark for path, one in found.items()):
            break  # the model would fail on trial for what is known by now
        for problem in check(config):
            if not any(_is_inside(problem.path, path) or _is_inside(path, problem.path) for path in found):
                found[problem.path] = problem
    return list(found.values())


def _is_inside(path: str, other: str) -> bool:
    return f'{path}.'.startswith(f'{other}.')


def _refusal(problems: list[ConfigProblem], config: Config) -> Refused:
    """All problems as one error; every process of a run comes to the same, and the first one lists them."""
    name = config.filename or 'this config'
    count = f'{len(problems)} problems' if len(problems) > 1 else 'A problem'
    if number := process_number():
        return Refused(f'{count} in {name}. Process 0 lists them, and so does mmvpt check; process {number} stops.')
    return Refused('\n'.join([f'{count} in {name}:', *(f'  {problem}' for problem in problems)]))
