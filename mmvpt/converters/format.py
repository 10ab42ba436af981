"""The description of a format: how it is recognised, how its names are translated, and which model it is for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import ClassVar

from torch import Tensor

Tensors = Mapping[str, Tensor]

PARAMETERS = {'kernel': 'weight', 'scale': 'weight'}  # of JAX


@dataclass(frozen=True)
class Sizes:
    """Sizes that a caller sets: because the file does not contain them, or to change them.

    Args:
        num_heads: For widths whose number of heads is neither in the file nor in a table.
        img_size: Interpolate the position embedding for images of this size.
        window_size: Interpolate the relative position biases for windows of this size.
    """

    num_heads: int | None = None
    img_size: int | None = None
    window_size: int | None = None

    def __post_init__(self) -> None:
        for name in self.given():
            if getattr(self, name) < 1:
                raise ValueError(f'{name} is {getattr(self, name)}, but must be at least 1.')

    def given(self) -> list[str]:
        """Return the names of the sizes that are not None."""
        return [size.name for size in fields(self) if getattr(self, size.name) is not None]


@dataclass(frozen=True)
class Format:
    """Format of a file with a model of a family; each family is a subclass that describes its models.

    In a table of names, a letter in braces is a number, ``{i+1}`` is our number plus one, and ``{p}`` is one of the
    parameters or buffers of a layer.

    Args:
        title: Its name in messages.
        anchor: A name that every file of this format has.
        names: Their names and ours.
        marks: Names that distinguish it from other formats with the same anchor.
        dropped: Globs of names that a backbone does not need.
        prefixes: Possible prefixes of every name; names without the prefix are dropped.
        layout: ``layout(name, tensor)`` returns the tensor in the layout of our model.
    """

    title: str
    anchor: str
    names: Mapping[str, str]
    marks: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ('',)
    layout: Callable[[str, Tensor], Tensor] = lambda name, tensor: tensor

    #: The sizes that a caller may set.
    takes: ClassVar[tuple[str, ...]] = ()
    #: Globs of buffers that the model computes itself if the file lacks them.
    optional: ClassVar[tuple[str, ...]] = ()

    def find_prefix(self, tensors: Tensors) -> str | None:
        """Return the prefix of the anchor, or None if there is no anchor."""
        return next((prefix for prefix in self.prefixes if prefix + self.anchor in tensors), None)

    def telling_names(self) -> str:
        """Return the names by which a file of this format is recognised."""
        return ', '.join(self.prefixes[0] + name for name in (self.anchor, *self.marks))

    def rename(self, name: str) -> str | None:
        """Translate a name (without prefix), or return None if no table knows it."""
        for theirs, ours in self.names.items():
            found = _pattern(theirs).fullmatch(name)
            if found:
                return ours.format(
                    **{letter: _ours(theirs, letter, text) for letter, text in found.groupdict().items()}
                )
        return None

    def assemble(self, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
        """Join translated tensors that are one tensor in our model."""
        return tensors

    def fit(self, tensors: dict[str, Tensor], sizes: Sizes) -> dict[str, Tensor]:
        """Interpolate tensors to the sizes that the caller sets."""
        return tensors

    def describe(self, tensors: Tensors, stored: Tensors, sizes: Sizes) -> dict[str, object]:
        """Read the sizes of a model from its tensors, and return its config for mmpretrain.

        Args:
            tensors: The tensors with our names, after ``fit``.
            stored: The tensors of the file.
            sizes: The sizes that the caller sets.
        """
        raise NotImplementedError


@cache
def _pattern(theirs: str) -> re.Pattern[str]:
    seen: set[str] = set()

    def group(found: re.Match[str]) -> str:
        letter = found[1]
        if letter in seen:
            return f'(?P={letter})'
        seen.add(letter)
        return f'(?P<{letter}>{"[a-z_]+" if letter == "p" else "[0-9]+"})'

    return re.compile(re.sub(r'\\{(\w)(?:\\\+1)?\\}', group, re.escape(theirs)))


def _ours(theirs: str, letter: str, text: str) -> str:
    return str(int(text) - 1) if f'{{{letter}+1}}' in theirs else PARAMETERS.get(text, text)


def require(tensors: Tensors, name: str, num_dims: int) -> Tensor:
    """Return a tensor to read sizes from, or raise a ``ValueError`` if it is missing or has a wrong shape."""
    if name not in tensors:
        raise ValueError(f'without {name} its sizes are unknown.')
    shape = tuple(tensors[name].shape)
    if len(shape) != num_dims or 0 in shape:
        raise ValueError(f'{name} has the shape {shape}, but needs {num_dims} dimensions, none of them 0.')
    return tensors[name]


def grid(img_size: int, patch_size: int) -> int:
    """Return the number of patches in a row of an image, or raise a ``ValueError`` if they do not fill it."""
    patches, rest = divmod(img_size, patch_size)
    if rest:
        raise ValueError(f'images of {img_size} do not split into patches of {patch_size}.')
    return patches


def count(tensors: Tensors, prefix: str) -> int:
    """Count the numbered parts under a prefix, from 0 to the last one."""
    numbers = {int(name.removeprefix(prefix).split('.')[0]) for name in tensors if name.startswith(prefix)}
    if numbers != set(range(len(numbers))):
        absent = min(set(range(len(numbers))) - numbers)
        raise ValueError(f'it has {prefix}{max(numbers)} and no {prefix}{absent}, so parts are missing.')
    return len(numbers)
