"""The one wrapper: a frozen backbone with a tuner bound into it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from mmengine.logging import MMLogger, print_log
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvpt.files.fingerprint import fingerprint
from mmvpt.registry import MODELS
from mmvpt.tuners import Tuner, build_tuner

from .attachment import Attachment
from .bindings import ROWS_SHOWN, Binding, format_bindings, rows_of
from .pretrained import keep_recomputed, load_pretrained, split_init_cfg

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
        self._attachment = Attachment(self.backbone, tuner, self.keep_base)
        self.tuner = tuner

    def detach(self) -> nn.Module:
        """Undo all that the tuner did, and return the plain backbone: with its own weights, classes and gradients.

        The wrapper goes on with a tuner that does nothing. What the tuner trained of the backbone gets its start back,
        see ``keep_base``. Build optimizers anew: theirs are the parameters of before.
        """
        self.tuner.unfold()
        self._attachment.undo()
        self.tuner = Tuner()
        self.backbone.train(self.training)
        return self.backbone

    def retune(self, tuner: dict | list[dict]) -> TunedBackbone:
        """Give the same base another tuner, as if both had been built anew, and return the wrapper itself.

        New parameters are drawn here, as they are when a wrapper is built, and as ``init_weights`` does where that has
        been called; they are on the device of the base. A tuner that does not fit leaves the plain backbone.
        """
        built = build_tuner(tuner)
        self.detach()
        self._attach(built)
        for param in self.backbone.parameters():
            self.tuner.to(param.device)
            break
        if self.is_init:
            self.tuner.init_weights()
        return self.train(self.training)

    @property
    def unfrozen(self) -> list[nn.Module | nn.Parameter]:
        """Parts of the backbone that the tuner trains too."""
        return self._attachment.unfrozen

    def bindings(self) -> list[Binding]:
        """What each tuner did to the backbone: a row for each act."""
        return rows_of(self._attachment.acts, self.backbone)

    def extra_repr(self) -> str:
        return format_bindings(self.bindings(), limit=ROWS_SHOWN)

    def forward(self, image: Tensor, **options: Any) -> Any:
        """Features of the image, as the plain backbone gives them."""
        return self.backbone(image, **{**self._attachment.options, **options})

    def train(self, mode: bool = True) -> TunedBackbone:
        """Let the tuner and what it unfroze train; dropout, drop-path and norms of the frozen rest stay still.

        What the backbone's own config keeps in eval mode (``frozen_stages``, ``norm_eval``) stays there too.
        """
        super().train(mode)
        awake = {module for module in self.backbone.modules() if module.training}
        self.backbone.eval()
        for module in self._attachment.unfrozen_modules():
            module.training = module in awake
        if mode:
            self.tuner.unfold()
        return self

    def frozen_modules(self) -> Iterator[tuple[str, nn.Module]]:
        """Modules of the backbone that never train, with their names."""
        unfrozen = set(self._attachment.unfrozen_modules())
        return ((name, module) for name, module in self.backbone.named_modules() if module not in unfrozen)

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
        self._attachment.start.put_back_kept()
        pretrained, self.backbone.init_cfg = split_init_cfg(self.backbone.init_cfg)
        if hasattr(self.backbone, 'init_weights'):  # any torch module may be registered
            self.backbone.init_weights()
        if pretrained:
            load_pretrained(self.backbone, **pretrained, **self._attachment.fitting)
            self.backbone.init_cfg = dict(type='Pretrained', **pretrained)
        elif self.frozen_state():
            print_log(
                f'{type(self.backbone).__name__} is frozen and has no init_cfg of type Pretrained: unless load_from '
                'brings its weights, the base stays random.',
                'current',
                logging.WARNING,
            )
        self._has_base = True
        self._attachment.start.note()

    def frozen_state(self) -> dict[str, Tensor]:
        """The base: everything in the backbone's state dict that does not train."""
        trains = {id(param) for param in self.backbone.parameters() if param.requires_grad}
        trains |= {id(buffer) for buffer in self._attachment.unfrozen_buffers()}
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
        tuned._attachment.start.note(replaced=True)


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
