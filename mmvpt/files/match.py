"""How the names and shapes of a file meet those of a module."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from torch import Tensor, nn

from mmvpt.text.refused import Refused
from mmvpt.text.shorten import shorten

Resize = Callable[[str, Tensor, Tensor], Tensor | None]


@dataclass
class KeyReport:
    """How the names of a file met the names of a module.

    Args:
        matched: Loaded as they are.
        missing: In the module, not in the file.
        unexpected: In the file, not in the module.
        resized: Loaded after a change of shape.
        mismatched: In both, of shapes that nothing reconciled; not loaded.
        optional: Missing from the file but optional; they keep their initial values.
    """

    matched: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    resized: list[str] = field(default_factory=list)
    mismatched: list[str] = field(default_factory=list)
    optional: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The part of the module's names that got a value."""
        loaded = len(self.matched) + len(self.resized)
        wanted = loaded + len(self.missing) + len(self.mismatched)
        return loaded / wanted if wanted else 1.0

    def require(self, minimum: float, source: str) -> None:
        """Refuse a file, with the whole report, if less than ``minimum`` of the names got a value."""
        if self.share < minimum:
            raise Refused(
                f'{source} fills {self.share:.1%} of the model; at least {minimum:.0%} is required.\n{self}\n'
                'Check that both are of the same architecture. Weights from elsewhere are first converted by '
                'tools/model_converters.'
            )

    def rows(self) -> dict[str, list[str]]:
        """Return the lists under the names they are printed with."""
        return {row.name: getattr(self, row.name) for row in fields(self)}

    def __str__(self) -> str:
        return '\n'.join(
            f'{title:<12} {len(names):>5}  {shorten(names)}'.rstrip() for title, names in self.rows().items()
        )


def load_matching(
    module: nn.Module,
    state_dict: Mapping[str, Tensor],
    *,
    source: str,
    minimum: float = 0.99,
    resize: Resize | None = None,
    optional: Sequence[str] = (),
) -> KeyReport:
    """Load what fits, say what did not, and refuse when too little did.

    Args:
        module: Its own load hooks act as usual, those that resize a position embedding for example.
        state_dict: Names as in ``module.state_dict()``.
        source: What to call the weights in an error, a path for example.
        minimum: The part of the module's names that must get a value.
        resize: ``resize(name, value, own)`` makes ``value`` fit ``own``, or returns None to leave it to the
            module's hooks.
        optional: Names of parts of the module that may be missing and then keep their start.
    """
    own = module.state_dict()
    misfits = {name for name, value in state_dict.items() if name in own and value.shape != own[name].shape}
    state = dict(state_dict)
    if resize is not None:
        resized = {name: resize(name, state[name], own[name]) for name in misfits}
        state.update((name, value) for name, value in resized.items() if value is not None)
    with _dropping_misfits(module) as dropped:
        keys = module.load_state_dict(state, strict=False)
    mismatched, missing = set(dropped), set(keys.missing_keys) - set(dropped)
    loaded = [name for name in own if name not in mismatched | missing]
    absent = {name for name in missing if name.startswith(tuple(f'{part}.' for part in optional))}
    report = KeyReport(
        matched=[name for name in loaded if name not in misfits],
        missing=[name for name in own if name in missing - absent],
        unexpected=list(keys.unexpected_keys),
        resized=[name for name in loaded if name in misfits],
        mismatched=[name for name in own if name in mismatched],
        optional=[name for name in own if name in absent],
    )
    report.require(minimum, source)
    return report


@contextlib.contextmanager
def _dropping_misfits(module: nn.Module) -> Iterator[list[str]]:
    """Take values of a wrong shape out of the state dict that the modules' own hooks did not mend."""
    dropped: list[str] = []

    def drop(owner: nn.Module, state: dict[str, Any], prefix: str, *_: object) -> None:
        for name, value in (*owner.named_parameters(recurse=False), *owner.named_buffers(recurse=False)):
            key = prefix + name
            if key in state and state[key].shape != value.shape:
                dropped.append(key)
                del state[key]

    handles = [child.register_load_state_dict_pre_hook(drop) for child in module.modules()]
    try:
        yield dropped
    finally:
        for handle in handles:
            handle.remove()
