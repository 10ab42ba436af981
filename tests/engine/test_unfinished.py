"""A run that was stopped between its resume file and the validation of it makes up for that."""

from __future__ import annotations

from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.runner import ValLoop

from mmvpt.files.read import read_checkpoint

from .tiny import cls_config, seg_config, train

MAKERS = {'iterations': (seg_config, 'mIoU', 'iter', 2), 'epochs': (cls_config, 'accuracy/top1', 'epoch', 1)}


def selecting(make, folder: Path, name: str, metric: str, interval: int) -> Config:
    changes = {'default_hooks.checkpoint.save_best': metric, 'train_cfg.val_interval': interval}
    return make(folder, work_dir=str(folder / name), **changes)


@pytest.mark.parametrize(('make', 'metric', 'kind', 'interval'), MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize('times', [1, 2])
def test_a_validation_that_was_missed_is_made_up_for(
    tmp_path, monkeypatch, make, metric, kind, interval, times
) -> None:
    train(selecting(make, tmp_path, 'whole', metric, interval))
    stopped = selecting(make, tmp_path, 'stopped', metric, interval)
    usual, runs = ValLoop.run, []

    def stop(loop: ValLoop) -> dict:
        runs.append(loop)
        if len(runs) == times:
            raise KeyboardInterrupt
        return usual(loop)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(ValLoop, 'run', stop)
        train(stopped)
    resumed = selecting(make, tmp_path, 'stopped', metric, interval)
    last = tmp_path / 'stopped' / f'{kind}_{times * interval}.pth'
    (tmp_path / 'stopped' / 'last_checkpoint').write_text('')  # as a kill in the middle of its write leaves it
    resumed.merge_from_dict(dict(resume=True, load_from=str(last)))
    train(resumed)

    whole, stopped_at = (sorted(path.name for path in (tmp_path / name).glob('*.pth')) for name in ('whole', 'stopped'))
    assert stopped_at == whole
    end = f'{kind}_{2 * interval}.pth'
    assert Path((tmp_path / 'stopped' / 'last_checkpoint').read_text()).name == end
    hubs = [read_checkpoint(tmp_path / name / end)['message_hub'] for name in ('whole', 'stopped')]
    histories = [hub['log_scalars'].get(f'val/{metric}') for hub in hubs]
    assert [list(history.data[0]) for history in histories if history] in [[], [list(histories[0].data[0])] * 2]
    assert [hub['runtime_info'].get('best_score') for hub in hubs] == [hubs[0]['runtime_info'].get('best_score')] * 2
    assert [hub['runtime_info'][kind] for hub in hubs] == [hubs[0]['runtime_info'][kind]] * 2
