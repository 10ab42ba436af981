"""True files of every kind, made by the checkout that is tried: what damages start from."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from safetensors.torch import save_file

#: Tokens for each block, and channels of the backbone.
TOKENS, WIDTH = 4, 32
PRUNE = ('--tokens', '50', '--segments', '30')
#: For the readers that convert: the tables know no model so small.
HEADS = ('--num-heads', '2')


@dataclass(frozen=True)
class TrueFiles:
    """Where true files are, and where a case may write.

    Args:
        root: Holds all of it.
        repo: The checkout whose mmvpt made them.
    """

    root: Path
    repo: Path

    @property
    def case(self) -> Path:
        """The folder of the case at hand; readers work in it."""
        return self.root / 'case'

    @property
    def canary(self) -> Path:
        """The file that is there once anything of a file was run."""
        return self.case / 'canary'

    @property
    def precious(self) -> Path:
        """A folder that no reader has any business with."""
        return self.root / 'kept' / 'precious'

    @property
    def work(self) -> Path:
        """The work folder of a run that is resumed; it holds files that are not the run's."""
        return self.case / 'work'

    def path(self, name: str) -> Path:
        """A true file."""
        return self.root / 'kept' / name

    def bytes_of(self, name: str) -> bytes:
        """Content of a true file."""
        return self.path(name).read_bytes()

    def empty_case(self) -> None:
        """Make the folder of the case again."""
        shutil.rmtree(self.case, ignore_errors=True)
        self.work.mkdir(parents=True)
        for name in ('notes.txt', 'thesis.pth', 'thesis.safetensors'):
            (self.work / name).write_text('not of this run')
        (self.case / 'evil.py').write_text(f'open({str(self.canary)!r}, "w").close()\n')


Run = Callable[..., None]


def make(true: TrueFiles, tool: Run) -> None:
    """Make them; ``tool(name, *arguments)`` runs a tool of the checkout."""
    from tests.engine import tiny

    kept = true.root / 'kept'
    kept.mkdir()
    prompts = dict(type='mmvpt.DeepPrompts', num_tokens=TOKENS)
    cls = tiny.cls_config(kept, tuner=prompts)
    _keep_known_hooks(cls)
    once = dict(max_epochs=1, val_interval=1)
    cls.default_hooks.checkpoint.save_best = 'auto'
    cls.default_hooks.delta.save_start = True
    _train(cls, kept / 'cls', train_cfg=once)
    cls.train_cfg.val_interval = 1
    cls.dump(kept / 'cls.py')
    seg = tiny.seg_config(kept, tuner=prompts)
    _keep_known_hooks(seg)
    seg.visualizer = dict(type='SegLocalVisualizer', name='maps')
    _train(seg, kept / 'seg', train_cfg=dict(max_iters=1, val_interval=9))
    seg.dump(kept / 'seg.py')
    started = Config(cls.to_dict())
    started.model.backbone.tuner.update(num_tokens=3, prototypes=str(true.case / 'given.safetensors'))
    started.dump(kept / 'prototypes.py')
    _copy_out(kept)
    tool('score_prompts.py', kept / 'cls.py', kept / 'delta.safetensors', '--out', kept / 'scores.safetensors')
    tool('prototypes.py', kept / 'cls.py', '--out', kept / 'prototypes.safetensors')
    _make_foreign(kept)
    true.precious.mkdir()
    for name in ('thesis.pth', 'thesis.safetensors', 'thesis.txt'):
        (true.precious / name).write_text('years of work')
    (true.precious / 'folder').mkdir()
    (true.precious / 'folder' / 'more.txt').write_text('more years of work')


def _keep_known_hooks(config: Config) -> None:
    """Leave out hooks that another checkout does not have yet."""
    from mmvpt.registry import HOOKS

    for name, hook in list(config.default_hooks.items()):
        if hook.type.startswith('mmvpt.') and HOOKS.get(hook.type) is None:
            del config.default_hooks[name]


def _train(config: Config, folder: Path, train_cfg: dict) -> None:
    from tests.engine import tiny

    changed = Config(config.to_dict())
    changed.work_dir = str(folder)
    changed.train_cfg.update(train_cfg)
    tiny.train(changed)


def _copy_out(kept: Path) -> None:
    """Give the files that a training left names of their own."""
    for name, source in {
        'delta.safetensors': 'cls/epoch_1.safetensors',
        'resume.pth': 'cls/epoch_1.pth',
        'start.safetensors': 'cls/start.safetensors',
        'seg.safetensors': 'seg/iter_1.safetensors',
        'seg.pth': 'seg/iter_1.pth',
    }.items():
        shutil.copy(kept / source, kept / name)


def _make_foreign(kept: Path) -> None:
    """The base in the formats of elsewhere, and a file to convert."""
    from timm.models.vision_transformer import VisionTransformer

    state = torch.load(kept / 'base.pth')['state_dict']
    save_file(state, kept / 'base.safetensors')
    np.savez(kept / 'base.npz', **{name: tensor.numpy() for name, tensor in state.items()})
    torch.manual_seed(0)
    vit = VisionTransformer(img_size=32, patch_size=8, embed_dim=WIDTH, depth=2, num_heads=2, num_classes=0)
    torch.save(vit.state_dict(), kept / 'foreign.pth')
    save_file(vit.state_dict(), kept / 'foreign.safetensors')
