"""The one wrapper: a frozen backbone with a tuner bound into it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from mmengine.logging import print_log
from torch import Tensor, nn

from mmvpt.delta.kind import SOURCE
from mmvpt.delta.module import DeltaModule
from mmvpt.files.refuse import naming
from mmvpt.registry import MODELS
from mmvpt.text.quiet import quietly
from mmvpt.tuners import Tuner, build_tuner

from .attachment import Attachment
from .bindings import ROWS_SHOWN, Binding, format_bindings, rows_of
from .pretrained import initialise, keep_recomputed, one_init_cfg, split_init_cfg


@MODELS.register_module()
class TunedBackbone(DeltaModule):
    """A frozen backbone with a tuner bound into it; a drop-in for the plain one.

    What is read from it and is not its own is read from the plain backbone. Checkpoints of the plain backbone load as
    they are; a delta loads onto the base it was trained on and onto no other.

    Args:
        backbone: Config of any registered backbone, or the backbone itself with its weights.
        tuner: Config of a tuner, or of several that act in order.
        init_cfg: Where the backbone's weights come from, in place of the ``init_cfg`` in its own config.
        keep_base: Whether to keep a copy, on the CPU, of what the tuner trains of the backbone, for :meth:`detach` and
            :meth:`retune`. Without it they read the file of ``init_cfg`` again.
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
        self.backbone.init_cfg = one_init_cfg(init_cfg, getattr(self.backbone, 'init_cfg', None))
        self.keep_base = keep_base
        keep_recomputed(self.backbone)
        self._attach(build_tuner(tuner))
        self._gets_plain = False
        self._has_base = isinstance(backbone, nn.Module)  # which brings its weights; a config does not
        self._register_load_state_dict_pre_hook(self._prepare_state)
        self.register_load_state_dict_post_hook(_note_start)

    def _attach(self, tuner: Tuner) -> None:
        self.attachment = Attachment(self.backbone, tuner, self.keep_base)
        self.tuner = tuner

    def detach(self) -> nn.Module:
        """Undo all that the tuner did, and return the plain backbone: with its own weights, classes and gradients.

        The wrapper keeps a tuner that does nothing. What the tuner trained of the backbone gets its start back (see
        ``keep_base``). Build new optimizers: the old ones hold the old parameters.
        """
        self.tuner.unfold()
        self.attachment.undo()
        self.tuner = Tuner()
        self.backbone.train(self.training)
        return self.backbone

    def retune(self, tuner: dict | list[dict]) -> TunedBackbone:
        """Give the same base another tuner, as if both had just been built, and return the wrapper itself.

        New parameters are drawn as when a wrapper is built, and as by ``init_weights`` where that has been called; they
        are on the device of the base. A tuner that does not fit leaves the plain backbone.
        """
        built = build_tuner(tuner)
        self.detach()
        self._attach(built)
        _move_beside(self.tuner, self.backbone)
        if self.is_init:
            self.tuner.init_weights()
        return self.train(self.training)

    @property
    def unfrozen(self) -> list[nn.Module | nn.Parameter]:
        """Parts of the backbone that the tuner trains too."""
        return self.attachment.unfrozen

    def bindings(self) -> list[Binding]:
        """What each tuner did to the backbone: a row for each act."""
        return rows_of(self.attachment.acts, self.backbone)

    def extra_repr(self) -> str:
        return format_bindings(self.bindings(), limit=ROWS_SHOWN)

    def forward(self, image: Tensor, **options: Any) -> Any:
        """Features of the image, as the plain backbone gives them."""
        return self.backbone(image, **{**self.attachment.options, **options})

    def train(self, mode: bool = True) -> TunedBackbone:
        """Let the tuner and what it unfroze train; dropout, drop-path and norms of the frozen rest stay still.

        What the backbone's own config keeps in eval mode (``frozen_stages``, ``norm_eval``) stays there too.
        """
        super().train(mode)
        awake = {module for module in self.backbone.modules() if module.training}
        self.backbone.eval()
        for module in self.attachment.unfrozen_modules():
            module.training = module in awake
        if mode:
            self.tuner.unfold()
        return self

    def frozen_modules(self) -> Iterator[tuple[str, nn.Module]]:
        """Modules of the backbone that never train, with their names."""
        return self.attachment.frozen_modules()

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

    def init_weights(self) -> None:
        """Load the base and initialise the tuner; too few keys of a pretrained file are an error."""
        self._load_base()
        self.tuner.init_weights()
        self.is_init = True

    def bring_base(self) -> None:
        if not self._has_base:
            with quietly():  # all that MMEngine would report as initialised is about to be loaded
                self._load_base()

    def _load_base(self) -> None:
        self.attachment.start.put_back_kept()
        if not initialise(self.backbone, **self.attachment.fitting) and self.frozen_state():
            _warn_of_random(self.backbone)
        self._has_base = True
        self.attachment.start.note()

    def frozen_state(self) -> dict[str, Tensor]:
        """The base: everything in the backbone's state dict that does not train."""
        return self.attachment.frozen_state()

    def _prepare_state(self, state: dict[str, Tensor], prefix: str, notes: Mapping[str, object], *_: Any) -> None:
        """Make a plain checkpoint or a delta one of this wrapper, before it is loaded."""
        self.tuner.unfold()
        if naming(notes.get(SOURCE))(self.complete_delta)(state, prefix):
            return
        self._gets_plain = _rename_plain(state, prefix)
        self._has_base |= any(name.startswith(f'{prefix}backbone.') for name in state)

    def base_file(self) -> str | None:
        return split_init_cfg(self.backbone.init_cfg)[0].get('checkpoint')


def _move_beside(tuner: Tuner, backbone: nn.Module) -> None:
    for param in backbone.parameters():
        tuner.to(param.device)
        break


def _rename_plain(state: dict[str, Tensor], prefix: str) -> bool:
    """Put names of a plain backbone below ``backbone.``, and tell whether there were any."""
    own = (f'{prefix}backbone.', f'{prefix}tuner.')
    plain = [name for name in state if name.startswith(prefix) and not name.startswith(own)]
    for name in plain:
        state[own[0] + name.removeprefix(prefix)] = state.pop(name)
    return bool(plain)


def _warn_of_random(backbone: nn.Module) -> None:
    print_log(
        f'{type(backbone).__name__} is frozen and has no init_cfg of type Pretrained: unless load_from brings its '
        'weights, the base stays random.',
        'current',
        logging.WARNING,
    )


def _note_start(tuned: TunedBackbone, keys: object) -> None:
    """Take what a plain checkpoint brought for the start of the base."""
    if tuned._gets_plain:
        tuned._gets_plain = False
        tuned.attachment.start.note(replaced=True)


def _build_backbone(backbone: dict | nn.Module) -> nn.Module:
    if isinstance(backbone, nn.Module):
        return _compilable(backbone)
    try:
        return _compilable(MODELS.build(backbone))
    except KeyError as error:
        raise ValueError(
            f'Unknown backbone {backbone.get("type")!r}. Any backbone of mmpretrain, mmseg or mmdet will do, '
            "named with its package, such as 'mmpretrain.VisionTransformer' or 'mmseg.VisionTransformer'. Your own "
            f'needs @MODELS.register_module() and custom_imports; see docs/guides/extend.md. ({error.args[0]})'
        ) from error


def _compilable(backbone: nn.Module) -> nn.Module:
    """Make plain floats of mmpretrain's drop-path rates: NumPy scalars, on which torch.compile cannot branch."""
    for module in backbone.modules():
        rate = getattr(module, 'drop_prob', None)
        if isinstance(rate, np.floating):
            vars(module)['drop_prob'] = float(rate)
    return backbone
