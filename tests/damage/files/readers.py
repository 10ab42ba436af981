"""Whatever opens files from outside: functions, the hosts' own doors, and command lines."""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import nn

from .case import Depth
from .true import HEADS, PRUNE, TrueFiles

Read = Callable[[Path, 'Room'], object]


@dataclass
class Room:
    """What readers find when they start.

    Args:
        true: The true files.
        models: Models that wait for weights, by config; a reader has the process, and them, to itself.
    """

    true: TrueFiles
    models: dict[str, nn.Module] = field(default_factory=dict)

    def config(self, name: str) -> Config:
        """Open a config."""
        return Config.fromfile(self.true.path(f'{name}.py'))

    def build(self, name: str) -> nn.Module:
        """Build the model of a config, with its base."""
        config = self.config(name)
        init_default_scope(config.default_scope)
        model = import_module('mmvpt.registry').MODELS.build(config.model)
        model.init_weights()
        return model

    def prepare(self) -> None:
        """Build models that readers load weights into."""
        self.models = {name: self.build(name) for name in ('seg', 'cls')}


@dataclass(frozen=True)
class Reader:
    """One way to open a file.

    Args:
        read: Opens it.
        depth: How far it looks.
        command: The arguments of a command line, if it is one.
        told: Whether it is told of the path, so that it can name the file.
    """

    read: Read
    depth: Depth
    command: Callable[[Path, TrueFiles], list[str]] | None = None
    told: bool = True


def run_tool(repo: Path, name: str, *arguments: object) -> None:
    """Run a tool of a checkout in this process, as ``python -m mmvpt`` would: modules of the folder can be imported."""
    sys.argv = [name, *map(str, arguments)]
    sys.path.insert(0, os.getcwd())
    runpy.run_path(str(repo / 'tools' / name), run_name='__main__')


def _command(depth: Depth, *parts: str | Callable[[Path, TrueFiles], object]) -> Reader:
    """A command line; parts that are functions say what depends on the file."""

    def line(path: Path, true: TrueFiles) -> list[str]:
        return [str(part(path, true)) if callable(part) else part for part in parts]

    def read(path: Path, room: Room) -> None:
        name, *arguments = line(path, room.true)
        run_tool(room.true.repo, name, *arguments)

    return Reader(read, depth, line)


def _given(path: Path, true: TrueFiles) -> Path:
    return path


def _config(name: str) -> Callable[[Path, TrueFiles], Path]:
    return lambda path, true: true.path(f'{name}.py')


def _beside(name: str) -> Callable[[Path, TrueFiles], Path]:
    return lambda path, true: true.case / name


def _start(path: Path, true: TrueFiles) -> Path:
    """The start that belongs to damaged scores, where a damage has brought one."""
    brought = true.case / 'start.safetensors'
    return brought if brought.exists() else true.path('start.safetensors')


def _scores(path: Path, true: TrueFiles) -> Path:
    brought = true.case / 'scores.safetensors'
    return brought if brought.exists() else true.path('scores.safetensors')


def _load(path: Path, room: Room) -> None:
    from mmengine.runner import load_checkpoint

    load_checkpoint(room.models['cls'], str(path), map_location='cpu')


def _apply(path: Path, room: Room) -> None:
    engine = import_module('mmvpt.engine')
    engine.apply_delta(room.models['cls'], engine.read_delta(path)['state_dict'])


def _pretrained(path: Path, room: Room) -> None:
    config = room.config('cls')
    config.model.backbone.backbone.init_cfg.checkpoint = str(path)
    init_default_scope('mmpretrain')
    import_module('mmvpt.registry').MODELS.build(config.model).init_weights()


def _read(path: Path, room: Room) -> None:
    from mmengine.runner.checkpoint import CheckpointLoader

    CheckpointLoader.load_checkpoint(str(path), 'cpu')


def _infer_classes(path: Path, room: Room) -> None:
    from mmpretrain import ImageClassificationInferencer

    config = room.config('cls')
    ImageClassificationInferencer(config, pretrained=str(path), device='cpu')(_image())


def _infer_maps(path: Path, room: Room) -> None:
    from mmseg.apis import MMSegInferencer

    MMSegInferencer(room.true.path('seg.py').as_posix(), str(path), device='cpu', show_progress=False)(_image())


def _infer_from_weights(path: Path, room: Room) -> None:
    from mmseg.apis import MMSegInferencer

    MMSegInferencer(None, str(path), device='cpu', show_progress=False)(_image())


def _init_model(path: Path, room: Room) -> None:
    from mmseg.apis import init_model

    init_model(room.config('seg'), str(path), device='cpu')


def _image() -> object:
    import numpy as np

    return np.zeros((32, 32, 3), np.uint8)


RESUME = ('--resume', _given)
IN_CASE = ('--work-dir', _beside('work'))

READERS: dict[str, Reader] = {
    # functions
    'read': Reader(_read, Depth.FILE),
    'read_metadata': Reader(lambda path, room: import_module('mmvpt.checkpoint').read_metadata(path), Depth.HEADER),
    'read_delta': Reader(lambda path, room: import_module('mmvpt.engine').read_delta(path), Depth.KIND),
    'apply_delta': Reader(_apply, Depth.MODEL, told=False),
    'Scores.read': Reader(lambda path, room: import_module('mmvpt.pruning').Scores.read(path), Depth.KIND),
    'prototypes': Reader(lambda path, room: room.build('prototypes'), Depth.MODEL),
    'init_cfg': Reader(_pretrained, Depth.MODEL),
    # doors of the hosts
    'load_checkpoint': Reader(_load, Depth.MODEL),
    'mmpretrain': Reader(_infer_classes, Depth.MODEL),
    'mmseg': Reader(_infer_maps, Depth.MODEL),
    'mmseg, weights alone': Reader(_infer_from_weights, Depth.MODEL),
    'init_model': Reader(_init_model, Depth.MODEL),
    # commands
    'test': _command(Depth.MODEL, 'test.py', _config('cls'), _given, *IN_CASE),
    'merge': _command(Depth.MODEL, 'merge_delta.py', _config('cls'), _given, _beside('merged.pth')),
    'score': _command(
        Depth.MODEL, 'score_prompts.py', _config('cls'), _given, '--out', _beside('s.safetensors'), '--samples', '1'
    ),
    'prune': _command(
        Depth.MODEL, 'prune_prompts.py', _config('cls'), _scores, *PRUNE, '--start', _given, '--out', _beside('pruned')
    ),
    'prune by scores': _command(
        Depth.MODEL, 'prune_prompts.py', _config('cls'), _given, *PRUNE, '--start', _start, '--out', _beside('pruned')
    ),
    'prune by scores, fresh': _command(
        Depth.MODEL, 'prune_prompts.py', _config('cls'), _given, *PRUNE, '--fresh', '--out', _beside('pruned')
    ),
    'load_from': _command(
        Depth.MODEL, 'train.py', _config('cls'), *IN_CASE, '--cfg-options',
        lambda path, true: f'load_from={path}', 'train_cfg.max_epochs=1',
    ),
    'resume': _command(Depth.RUN, 'train.py', _config('cls'), *RESUME, *IN_CASE),
    'resume, newest': _command(Depth.RUN, 'train.py', _config('cls'), '--resume', *IN_CASE),
    'start from prototypes': _command(
        Depth.MODEL, 'train.py', _config('prototypes'), *IN_CASE, '--cfg-options', 'train_cfg.max_epochs=1'
    ),
    'convert': _command(
        Depth.MODEL, 'model_converters/to_mmpretrain.py', _given, _beside('converted.safetensors'), *HEADS
    ),
}  # fmt: skip
