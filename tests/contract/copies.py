"""Copies of a module in a third of the time of ``copy.deepcopy``, which was most of what a case took."""

from __future__ import annotations

import copy
import io
import pickle

from torch import Tensor, nn


class Mould:
    """Gives copies of a module as it is now."""

    def __init__(self, module: nn.Module) -> None:
        self.tensors: list[Tensor] = []
        file = io.BytesIO()
        _WithoutTensors(file, self.tensors).dump(module)
        self.rest = file.getvalue()

    def cast(self) -> nn.Module:
        """A copy that shares no tensor with another."""
        return _WithTensors(io.BytesIO(self.rest), copy.deepcopy(self.tensors)).load()


class _WithoutTensors(pickle.Pickler):
    """Write places in a list where tensors would be."""

    def __init__(self, file: io.BytesIO, tensors: list[Tensor]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self.tensors = tensors
        self.places: dict[int, int] = {}

    def persistent_id(self, obj: object) -> int | None:
        if not isinstance(obj, Tensor):
            return None
        if id(obj) not in self.places:
            self.places[id(obj)] = len(self.tensors)
            self.tensors.append(obj)
        return self.places[id(obj)]


class _WithTensors(pickle.Unpickler):
    """Read tensors from their places in a list."""

    def __init__(self, file: io.BytesIO, tensors: list[Tensor]) -> None:
        super().__init__(file)
        self.tensors = tensors

    def persistent_load(self, pid: int) -> Tensor:
        return self.tensors[pid]
