"""What a tuner did to a backbone, in rows: which tuner, which act, where, and with which parameters."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from torch import nn

from mmvpt.layers.acts import Act, Unfrozen

#: How many shapes a row of a table spells out.
SHAPES_SHOWN = 3
#: How many rows are shown of what a model is printed with, or a run begins with.
ROWS_SHOWN = 12
#: What a table calls the backbone as a whole, whose own name is empty.
WHOLE = '(the backbone)'


@dataclass(frozen=True)
class Binding:
    """An act of a tuner.

    Args:
        tuner: Name of its class.
        act: ``unfreeze``, ``edit`` or ``extend``.
        site: Dotted name of the module in the backbone, or of the parameter that was unfrozen; empty for the backbone
            itself. In a folded row, numbers of several sites stand as ``layers.0-11.attn``.
        tensors: The parameters that act there; of what was unfrozen, those that train.
    """

    tuner: str
    act: str
    site: str
    tensors: tuple[nn.Parameter, ...] = field(repr=False)

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Shapes of the parameters."""
        return [tuple(tensor.shape) for tensor in self.tensors]

    @property
    def parameters(self) -> int:
        """How many numbers the parameters hold."""
        return sum(tensor.numel() for tensor in self.tensors)


def rows_of(acts: Iterable[Act], backbone: nn.Module) -> list[Binding]:
    """Return a row for every act of a tuner, in the order of the acts."""
    names: dict[object, str] = {module: name for name, module in backbone.named_modules()}
    names.update((param, name) for name, param in backbone.named_parameters())
    theirs = [act for act in acts if act.tuner is not None and act.by is not None]
    known: dict[nn.Module, set[nn.Parameter]] = defaultdict(set)
    for act in theirs:
        known[_tuner(act)].update(_own(act) or ())
    return [
        Binding(
            tuner=type(act.tuner).__name__,
            act=act.name,
            site=names.get(act.by if isinstance(act, Unfrozen) else act.module, type(act.module).__name__),
            tensors=tuple(_tensors(act, known[_tuner(act)])),
        )
        for act in theirs
    ]


def _tuner(act: Act) -> nn.Module:
    assert act.tuner is not None
    return act.tuner


def _own(act: Act) -> list[nn.Parameter] | None:
    """The parameters of a module, of a method's module or of a source with ``parameters()``; None if unknown."""
    if isinstance(act, Unfrozen):
        parts = act.by.parameters() if isinstance(act.by, nn.Module) else [act.by]
        return [part for part in parts if part.requires_grad]
    owner = act.by if isinstance(act.by, nn.Module) else getattr(act.by, '__self__', act.by)
    parameters: Callable[[], Iterable[nn.Parameter]] | None = getattr(owner, 'parameters', None)
    return None if parameters is None else list(parameters())


def _tensors(act: Act, known: set[nn.Parameter]) -> list[nn.Parameter]:
    """The parameters of an act; if unknown, those of its tuner that no other act has."""
    own = _own(act)
    return [param for param in _tuner(act).parameters() if param not in known] if own is None else own


# --------------------------------------------------------------------------------------------------------- in few lines


def fold_rows(rows: Iterable[Binding]) -> list[Binding]:
    """Make one row of those that differ in one number of their site alone, such as ``layers.0-11.attn``."""
    folded = list(rows)
    depth = max((row.site.count('.') for row in folded), default=0)
    for place in range(depth, -1, -1):
        folded = _merge(folded, place)
    return folded


def _merge(rows: Iterable[Binding], place: int) -> list[Binding]:
    """Make one row of those whose sites are the same but for the number at a place."""
    groups: dict[Hashable, list[Binding]] = defaultdict(list)
    for row in rows:
        groups[row.tuner, row.act, tuple(row.shapes), _without(row.site, place)].append(row)
    return [
        replace(
            group[0],
            site=_join([row.site for row in group], place),
            tensors=tuple(dict.fromkeys(tensor for row in group for tensor in row.tensors)),
        )
        for group in groups.values()
    ]


def _without(site: str, place: int) -> Hashable:
    """The site without its segment at a place, if that is a number; else the site."""
    segments = site.split('.')
    if place < len(segments) and segments[place].isdigit():
        return (*segments[:place], None, *segments[place + 1 :])
    return site


def _join(sites: Sequence[str], place: int) -> str:
    if len(set(sites)) == 1:
        return sites[0]
    segments = sites[0].split('.')
    segments[place] = _ranges(sorted({int(site.split('.')[place]) for site in sites}))
    return '.'.join(segments)


def _ranges(numbers: Sequence[int]) -> str:
    """Spell ascending numbers: ``0-3,7``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ','.join(f'{run[0]}-{run[-1]}' if len(run) > 1 else f'{run[0]}' for run in runs)


def format_bindings(rows: Iterable[Binding], limit: int | None = None) -> str:
    """Lay out rows as a table, folded; ``12 of 10x768`` are twelve parameters of that shape.

    Args:
        limit: How many rows are printed; None prints all.
    """
    lines = [('tuner', 'act', 'site', 'shapes', 'parameters')]
    lines += [(row.tuner, row.act, row.site or WHOLE, _spell(row), f'{row.parameters:,}') for row in fold_rows(rows)]
    if len(lines) == 1:
        return 'No tuner binds anything to the backbone.'
    *widths, last = [max(map(len, column)) for column in zip(*lines, strict=True)]
    formats = [*(f'{{:<{width}}}' for width in widths), f'{{:>{last}}}']
    more = len(lines[1:]) - len(lines[1:][:limit])
    printed = ['  '.join(formats).format(*line) for line in lines[: len(lines) - more]]
    return '\n'.join([*printed, *([f'and {more} rows more, which `mmvpt show` prints'] if more else [])])


def _spell(row: Binding) -> str:
    counts = Counter('x'.join(map(str, shape)) or '1' for shape in row.shapes)
    parts = [shape if count == 1 else f'{count} of {shape}' for shape, count in counts.items()]
    more = len(parts) - SHAPES_SHOWN
    return ', '.join(parts[:SHAPES_SHOWN]) + (f' and {more} more' if more > 0 else '')
