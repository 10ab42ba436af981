"""Files that a resume file names: a run may remove them later, so only its own stay among them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mmengine.hooks import CheckpointHook
from mmengine.runner import Runner

from mmvpt.delta.ownership import Owned

#: In the information of a run: files that are the best so far, and the steps of those that are kept.
BEST, KEPT = 'best_ckpt', 'keep_ckpt_ids'


def checkpoint_folder(runner: Runner, hook: CheckpointHook) -> Path:
    """Where a hook writes its checkpoints, known before it looks itself."""
    work = Path(runner.work_dir)
    apart = hook.out_dir is not None and str(hook.out_dir) != str(runner.work_dir)
    return Path(hook.out_dir) / work.name if apart else work


def keep_own_files(runner: Runner, checkpoint: Mapping[str, dict], owned: Owned) -> None:
    """Forget files in a resume file that the run did not write into its folder; say so of the best ones.

    Args:
        runner: About to resume.
        checkpoint: Content of the resume file, which is changed.
        owned: What the run wrote.
    """
    info = checkpoint['message_hub']['runtime_info']
    for name in [name for name in info if name.startswith(BEST) and info[name] is not None]:
        path = info.pop(name)
        found = owned.find(path)
        if found is not None:
            info[name] = str(found)
        else:
            runner.logger.warning(
                f'The best checkpoint of the resumed run, {path}, is not one that this run wrote into {owned.folder}. '
                'It stays where it is, and will not be removed for a better one.'
            )
    if KEPT in info:
        info[KEPT] = [step for step in _list(info[KEPT]) if _is_kept(runner, owned, step)]


def _list(value: object) -> list:
    return value if isinstance(value, list) else []


def _is_kept(runner: Runner, owned: Owned, step: object) -> bool:
    hooks = [hook for hook in runner.hooks if isinstance(hook, CheckpointHook)]
    whole = isinstance(step, int) and not isinstance(step, bool)
    return whole and any(owned.find(owned.folder / hook.filename_tmpl.format(step)) for hook in hooks)
