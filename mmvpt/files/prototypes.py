"""The file of class prototypes, with which prompts can be initialised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from mmvpt.text.refused import Refused

from .artifact import read_artifact, write_artifact
from .fingerprint import fingerprint
from .paths import PathLike
from .refuse import WRITE_AGAIN, refuse
from .schema import COUNT_FIELD, MAPPING_FIELD, VERSION_FIELD, Field, is_hash, list_of
from .tensors import require_tensors

#: The kind of the file.
PROTOTYPES = 'prototypes'
COMMAND = 'python tools/prototypes.py CONFIG'
_FIELDS = dict(
    base=Field('the fingerprint of a base', is_hash, required=True),
    num_images=COUNT_FIELD,
    classes=Field('lists of names', list_of(list_of(lambda name: isinstance(name, str)))),
    data=MAPPING_FIELD,
    mmvpt_version=VERSION_FIELD,
)
#: What a prompt of a block can be, by name, and whether all blocks use the tensor of the last one.
PLACES = {'final': ('output', True), 'input': ('input', False), 'output': ('output', False)}


@dataclass
class Prototypes:
    """What passes each block of a backbone, averaged over the images of a class, or of a cluster of classes.

    Args:
        tensors: ``input.0``, ``output.0``, ``input.1`` and so on, (number, channels) each. The output of the last
            block has passed the norm behind it.
        meta: Where they come from; its ``base`` is the fingerprint of the backbone.
    """

    tensors: Mapping[str, Tensor]
    meta: Mapping[str, Any]
    source: str = 'prototypes'

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.tensors['input.0'])

    @property
    def num_blocks(self) -> int:
        """Blocks of the backbone that they come from."""
        return len(self.tensors) // 2

    def of(self, place: str, block: int, width: int) -> Tensor:
        """Prototypes for the prompts of a block (number, width); ``place`` is one of :data:`PLACES`."""
        if block >= self.num_blocks:
            raise Refused(
                f'{self.source} is of a backbone of {self.num_blocks} blocks; this one has a block {block}. '
                f'Compute prototypes with the config that has it: {COMMAND}'
            )
        side, last = PLACES[place]
        found = self.tensors[f'{side}.{self.num_blocks - 1 if last else block}']
        if found.shape[1] != width:
            raise Refused(
                f'{self.source} has prototypes of width {found.shape[1]} for block {block} ({place!r}), whose prompts '
                f"have width {width}. Where stages differ in width, take 'input' or 'output'; for another backbone "
                f'compute them again: {COMMAND}'
            )
        return found

    def require_base(self, backbone: nn.Module, learnt: Iterable[Tensor]) -> None:
        """Refuse prototypes of another base."""
        here = fingerprint_of(backbone, learnt)
        if here != self.meta['base']:
            raise Refused(
                f'{self.source} holds prototypes of another base. Fingerprint of its base: {self.meta["base"]}; of '
                f'the one here: {here}. The base must be there when prompts start, by init_cfg and not by load_from; '
                f'if it is, compute prototypes of it: {COMMAND}'
            )

    def write(self, path: PathLike) -> None:
        """Write the file, whole or not at all."""
        write_artifact(path, PROTOTYPES, self.tensors, self.meta)


def read_prototypes(path: PathLike) -> Prototypes:
    """Read a file of prototypes."""
    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(
            f'No prototypes at {path} to start prompts from. Compute them from the training split: '
            f'{COMMAND} --out {path}'
        )
    wrong = f'holds no prototypes. Compute them from the training split: {COMMAND}'
    tensors, meta = read_artifact(path, PROTOTYPES, wrong, _FIELDS)
    names = [f'{side}.{block}' for block in range(max(len(tensors) // 2, 1)) for side in ('input', 'output')]
    require_tensors(tensors, dict.fromkeys(names, 2), path)
    if len({len(tensor) for tensor in tensors.values()}) > 1:
        raise refuse(path, 'its blocks have other numbers of prototypes', WRITE_AGAIN)
    return Prototypes(tensors, meta, str(path))


def fingerprint_of(backbone: nn.Module, learnt: Iterable[Tensor]) -> str:
    """Fingerprint of a base without its learnt tokens, which a tuner may already have replaced by random ones."""
    aside = {id(tensor) for tensor in learnt}
    return fingerprint({name: t for name, t in backbone.state_dict(keep_vars=True).items() if id(t) not in aside})
