"""The one wrapper: a frozen backbone with a tuner bound into it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from mmengine.logging import MMLogger, print_log
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from mmvpt.anatomy import describe
from mmvpt.checkpoint import fingerprint
from mmvpt.layers.acts import Act, Unfrozen, noting
from mmvpt.layers.attention import use_sdpa
from mmvpt.layers.thrifty import make_thrifty
from mmvpt.registry import MODELS
from mmvpt.tuners import Tuner, build_tuner

from .bindings import ROWS_SHOWN, Binding, format_bindings, rows_of
from .pretrained import keep_recomputed, load_pretrained, split_init_cfg
from .start import Start

#: Marks the state dict of a delta: 32 bytes that tell the base it was trained on.
FINGERPRINT = 'base_fingerprint'


@MODELS.register_module()
class TunedBackbone(BaseModule):
    """A frozen backbone with a tuner bound into it; a drop-in for the plain one.

    What is read from it and is not its own is read from the plain backbone. Checkpoints of the plain backbone load as
    they are; a delta loads onto the base it was trained on and onto no other.

    Args:
        backbone: Config of any registered backbone, or the backbone itself with its weights.
        tuner: Config of a tuner, or of several that act in order.
        init_cfg: Where the backbone's weights come from, instead of the ``init_cfg`` in its own config; so that the
            backbone of a stock config can be wrapped as it is.
        keep_base: Whether to keep a copy, on the CPU, of the start of what the tuner trains of the backbone, for
            :meth:`detach` and :meth:`retune`. Without it they read the file of ``init_cfg`` again, where the tuner
            trains anything of the backbone, and nothing is kept for those who never ask.
    """

    backbone: Any  # of any class

    def __init__(
        self,
        backbone: dict | nn.Module,
        tuner: dict | list[dict],
        init_cfg: dict | list[dict] | None = None,
        keep_base: bool = False,
    ) -> None:
        super().__init__()
        self.backbone = _build_backbone(backbone)
        self.backbone.init_cfg = init_cfg or getattr(self.backbone, 'init_cfg', None)
        self.keep_base = keep_base
        keep_recomputed(self.backbone)
        self._attach(build_tuner(tuner))
        self._gets_plain = False
        self._has_base = isinstance(backbone, nn.Module)  # which brings its weights; a config does not
        self._register_load_state_dict_pre_hook(self._prepare_state)
        self.register_load_state_dict_post_hook(_note_start)

    def _attach(self, tuner: Tuner) -> None:
        """Freeze the backbone and bind the tuner into it."""
        trainable = {param for param in self.backbone.parameters() if param.requires_grad}
        self._plain_trains = {name for name, param in self.backbone.named_parameters() if param.requires_grad}
        self._start = Start(self.backbone, self.keep_base)
        self.backbone.requires_grad_(False)
        anatomy = describe(self.backbone)
        self._options = anatomy.options
        self._resize = anatomy.resize
        self._optional = anatomy.optional
        self._acts: list[Act] = []
        with noting(self._acts, self.backbone):
            for block in anatomy.blocks:
                use_sdpa(block.attention)
        for one in tuner.each():
            with noting(self._acts, self.backbone, one):
                one.attach(anatomy)
        for one in tuner.each():
            self._acts += [Unfrozen(module=self.backbone, by=part, tuner=one) for part in one.unfreeze(anatomy)]
        self.tuner = tuner
        self.unfrozen = [act.by for act in self._acts if isinstance(act, Unfrozen)]
        self._start.narrow([*_parameters(self.unfrozen), *self._unfrozen_buffers()])
        for param in _parameters(self.unfrozen):
            param.requires_grad_(param in trainable)
        with noting(self._acts, self.backbone):
            make_thrifty(self.backbone)
        self._tell_what_stays_frozen(trainable)

    def detach(self) -> nn.Module:
        """Undo all that the tuner did, and return the plain backbone: with its own weights, classes and gradients.

        The wrapper goes on with a tuner that does nothing. What the tuner trained of the backbone gets its start back,
        see ``keep_base``. An optimizer that was built before trains nothing of use any more.
        """
        self.tuner.unfold()
        self._start.put_back(resize=self._resize, optional=self._optional)
        self._undo()
        return self.backbone

    def retune(self, tuner: dict | list[dict]) -> TunedBackbone:
        """Give the same base another tuner, as if both had been built anew, and return the wrapper itself.

        The new parameters are where the base is. Their start is drawn here, as it is when a wrapper is built, and
        drawn again as ``init_weights`` does where that has been called.
        """
        built = build_tuner(tuner)
        self.detach()
        try:
            self._attach(built)
        except Exception:
            self._start.put_back()
            self._undo()
            raise
        for param in self.backbone.parameters():
            self.tuner.to(param.device)
            break
        if self.is_init:
            self.tuner.init_weights()
        return self.train(self.training)

    def _undo(self) -> None:
        for act in reversed(self._acts):
            act.undo()
        self._acts, self.unfrozen = [], []
        self.tuner = Tuner()
        self._start = Start(self.backbone, keep=False)
        for name, param in self.backbone.named_parameters():
            param.requires_grad_(name in self._plain_trains)
        self.backbone.train(self.training)

    def bindings(self) -> list[Binding]:
        """What each tuner did to the backbone: a row for each act."""
        return rows_of(self._acts, self.backbone)

    def extra_repr(self) -> str:
        return format_bindings(self.bindings(), limit=ROWS_SHOWN)

    def forward(self, image: Tensor, **options: Any) -> Any:
        """Features of the image, as the plain backbone gives them."""
        return self.backbone(image, **{**self._options, **options})

    def train(self, mode: bool = True) -> TunedBackbone:
        """Let the tuner and what it unfroze train; dropout, drop-path and norms of the frozen rest stay still.

        What the backbone's own config keeps in eval mode (``frozen_stages``, ``norm_eval``) stays there too.
        """
        super().train(mode)
        awake = {module for module in self.backbone.modules() if module.training}
        self.backbone.eval()
        for module in self._unfrozen_modules():
            module.training = module in awake
        if mode:
            self.tuner.unfold()
        return self

    def frozen_modules(self) -> Iterator[tuple[str, nn.Module]]:
        """Modules of the backbone that never train, with their names."""
        unfrozen = set(self._unfrozen_modules())
        return ((name, module) for name, module in self.backbone.named_modules() if module not in unfrozen)

    def _unfrozen_buffers(self) -> Iterator[Tensor]:
        return (buffer for module in self._unfrozen_modules() for buffer in module.buffers(recurse=False))

    def _unfrozen_modules(self) -> Iterator[nn.Module]:
        return (module for part in self.unfrozen if isinstance(part, nn.Module) for module in part.modules())

    def _tell_what_stays_frozen(self, trainable: set[nn.Parameter]) -> None:
        """Say what wins where the backbone's own config and the tuner disagree: whoever keeps more frozen."""
        name = type(self.backbone).__name__
        wanted = set(_parameters(self.unfrozen))
        if held := wanted - trainable:
            stages = getattr(self.backbone, 'frozen_stages', None)
            print_log(
                f'{len(held)} of the {len(wanted)} tensors that the tuner would train stay frozen, as {name} freezes '
                f'them itself (frozen_stages={stages}) and what either side freezes stays frozen. '
                'To train them, set frozen_stages=-1.',
                'current',
            )
        norms = [module for _, module in self.frozen_modules() if isinstance(module, _BatchNorm)]
        if norms and getattr(self.backbone, 'norm_eval', None) is False:
            print_log(
                f'{len(norms)} batch norms of {name} are frozen and keep their statistics: norm_eval=False speaks of '
                'a backbone that trains, and what either side freezes stays frozen.',
                'current',
            )

    def fold(self) -> TunedBackbone:
        """Compute once, for inference, what does not depend on the image; training or loading weights undoes it."""
        if self.training:
            raise RuntimeError('Folding is for inference: call eval() before fold().')
        self.tuner.fold()
        return self

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            if 'backbone' in self.__dict__.get('_modules', ()):
                return getattr(self.backbone, name)
            raise

    def get_layer_depth(self, param_name: str, prefix: str = '') -> tuple[int, int]:
        """Depth of a parameter as the plain backbone counts it; the tuner's are the deepest."""
        return self.backbone.get_layer_depth(param_name, f'{prefix}backbone.')

    # ------------------------------------------------------------------------------------------------------- weights

    def init_weights(self) -> None:
        """Bring the base and start the tuner; too few keys of a pretrained file are an error."""
        self._bring_base()
        self.tuner.init_weights()
        self.is_init = True

    def _bring_base(self) -> None:
        pretrained, self.backbone.init_cfg = split_init_cfg(self.backbone.init_cfg)
        if hasattr(self.backbone, 'init_weights'):  # any torch module may be registered
            self.backbone.init_weights()
        if pretrained:
            load_pretrained(self.backbone, **pretrained, resize=self._resize, optional=self._optional)
            self.backbone.init_cfg = dict(type='Pretrained', **pretrained)
        elif self.frozen_state():
            print_log(
                f'{type(self.backbone).__name__} is frozen and has no init_cfg of type Pretrained: unless load_from '
                'brings its weights, the base stays random.',
                'current',
                logging.WARNING,
            )
        self._has_base = True
        self._start.note()

    def frozen_state(self) -> dict[str, Tensor]:
        """The base: everything in the backbone's state dict that does not train."""
        trains = {id(param) for param in self.backbone.parameters() if param.requires_grad}
        trains |= {id(buffer) for buffer in self._unfrozen_buffers()}
        return {name: t for name, t in self.backbone.state_dict(keep_vars=True).items() if id(t) not in trains}

    def _prepare_state(self, state: dict[str, Tensor], prefix: str, *_: Any) -> None:
        """Make a plain checkpoint or a delta one of this wrapper, before it is loaded."""
        self.tuner.unfold()
        expected = state.pop(prefix + FINGERPRINT, None)
        if expected is not None:
            self._prepare_delta(state, prefix, bytes(expected.tolist()).hex())
            return
        own = (f'{prefix}backbone.', f'{prefix}tuner.')
        plain = [name for name in state if name.startswith(prefix) and not name.startswith(own)]
        self._gets_plain = bool(plain)
        for name in plain:
            state[own[0] + name.removeprefix(prefix)] = state.pop(name)
        self._has_base |= any(name.startswith(own[0]) for name in state)

    def _prepare_delta(self, state: dict[str, Tensor], prefix: str, expected: str) -> None:
        """Bring the base if there is none yet, check that it is the delta's, and complete the state dict with it."""
        if not self._has_base:
            with without_init_report():
                self._bring_base()
        frozen = self.frozen_state()
        actual = fingerprint(frozen)
        if actual != expected:
            raise ValueError(
                f'This delta was trained on another base. Fingerprint of its base: {expected}; of the one here: '
                f'{actual} ({self._base_name()}). Give the backbone the init_cfg it was trained with.'
            )
        tuned = {name: t for name, t in self.state_dict().items() if name.removeprefix('backbone.') not in frozen}
        wanted = {(prefix + name, tuple(tensor.shape)) for name, tensor in tuned.items()}
        given = {(name, tuple(tensor.shape)) for name, tensor in state.items() if name.startswith(prefix)}
        if wanted != given:
            raise ValueError(
                f'This delta does not fit the tuner of the config. Missing: {sorted(wanted - given)}. '
                f'Not expected: {sorted(given - wanted)}.'
            )
        state.update({f'{prefix}backbone.{name}': tensor for name, tensor in frozen.items()})

    def _base_name(self) -> str:
        pretrained, _ = split_init_cfg(self.backbone.init_cfg)
        return pretrained.get('checkpoint', 'random, as the config has no init_cfg of type Pretrained')


def _note_start(tuned: TunedBackbone, keys: object) -> None:
    """Take what a plain checkpoint brought for the start of the base."""
    if tuned._gets_plain:
        tuned._gets_plain = False
        tuned._start.note(replaced=True)


@contextmanager
def without_init_report() -> Iterator[None]:
    """Keep MMEngine from reporting how each tensor was initialised, where all of them are about to be loaded."""
    logger = MMLogger.get_current_instance()
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


def _build_backbone(backbone: dict | nn.Module) -> nn.Module:
    if isinstance(backbone, nn.Module):
        return _compilable(backbone)
    try:
        return _compilable(MODELS.build(backbone))
    except KeyError as error:
        raise ValueError(
            f'Unknown backbone {backbone.get("type")!r}. Any backbone of mmpretrain, mmseg or mmdet will do, '
            "named with its package, such as 'mmpretrain.VisionTransformer' or 'mmseg.VisionTransformer'. Your own "
            f'needs @MODELS.register_module() and custom_imports; see docs/extend.md. ({error.args[0]})'
        ) from error


def _compilable(backbone: nn.Module) -> nn.Module:
    """Make plain floats of mmpretrain's drop-path rates: NumPy scalars, on which torch.compile cannot branch."""
    for module in backbone.modules():
        rate = getattr(module, 'drop_prob', None)
        if isinstance(rate, np.floating):
            vars(module)['drop_prob'] = float(rate)
    return backbone


def _parameters(parts: Iterable[nn.Module | nn.Parameter]) -> Iterable[nn.Parameter]:
    for part in parts:
        yield from part.parameters() if isinstance(part, nn.Module) else [part]
