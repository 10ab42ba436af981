"""Counted parameters next to those that papers print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from itertools import chain
from pathlib import Path

from mmengine.config import Config
from torch import nn

from mmvpt.analysis.count import Count, build_without_memory, count_config, count_model
from mmvpt.config.find import find_config
from mmvpt.config.hosts import host_of
from mmvpt.config.open import open_config
from mmvpt.text.tables import format_table

from . import MILLIONS, PAPERS, Cell

#: Of the models of one cell, in order.
Counts = tuple[Count, ...]


def report_configs(configs: Sequence[str], options: Mapping[str, object] | None = None) -> str:
    """Count configs, and set next to each what papers print for it.

    Args:
        configs: Paths, or ``mmvpt::`` and names of our configs.
        options: Overrides of all of them, by dotted key; papers have no value for a config that is overridden.
    """
    compared: list[tuple[Cell, Counts]] = []
    tables: dict[str, list[dict[str, object]]] = {}  # by the unit of what is printed
    for config in configs:
        count = count_config(config, options)
        cells: list[Cell | None] = [] if options else [*_published(config)]
        for cell in cells or [None]:
            row = _row(dict(config=Path(config).name), count) | _where(cell) | _verdict((count,), cell)
            tables.setdefault(_unit(cell), []).append(row)
            compared += [(cell, (count,))] if cell else []
    lines = [format_table(rows) for rows in tables.values()]
    return '\n\n'.join([*lines, _sum_up(compared)] if compared else lines)


def report_paper(paper: str, *, markdown: bool = False) -> str:
    """Count the models behind every number that a paper prints, table by table.

    Args:
        paper: Its name in ``PAPERS``.
        markdown: Whether the names of tables are headings of Markdown.
    """
    counts, missing = count_cells(PAPERS[paper])
    tables: dict[str, list[dict[str, object]]] = {}
    for cell, found in counts.items():
        row = _row(dict(model=cell.row), cell.measure.gather(found)) | _verdict(found, cell)
        tables.setdefault(cell.table, []).append(row)
    heading = '## ' if markdown else ''
    lines = [f'{heading}{table}\n\n{format_table(rows)}\n' for table, rows in tables.items()]
    lines += [f'Not counted here, {len(cells)} cells: {reason}\n' for reason, cells in missing.items()]
    return '\n'.join([*lines, _sum_up(counts.items())])


def count_cells(cells: Iterable[Cell]) -> tuple[dict[Cell, Counts], dict[str, list[Cell]]]:
    """Count each model once. Return the counts by cell, and the cells that could not be built by reason."""
    read = cache(lambda config: open_config(f'mmvpt::{config}'))  # reading takes longer than building
    counts: dict[Cell, Counts] = {}
    missing: dict[str, list[Cell]] = {}
    known: dict[str, Count] = {}
    backbones: dict[str, nn.Module] = {}
    for cell in cells:
        try:
            for model in cell.models:
                if str(model) not in known:
                    known[str(model)] = _count_overridden(read(model.config), model.overrides, backbones)
        except ImportError as error:  # a package that is missing; the message begins with the config
            reason = str(error).partition(' needs ')[2] or str(error)
            missing.setdefault(reason, []).append(cell)
        else:
            counts[cell] = tuple(known[str(model)] for model in cell.models)
    return counts, missing


def _count_overridden(config: Config, overrides: Mapping[str, object], backbones: dict[str, nn.Module]) -> Count:
    """Count a model; where its host can, it takes a backbone that another one has already."""
    config = deepcopy(config)
    config.merge_from_dict(deepcopy(dict(overrides)))  # merging takes ``_delete_`` out of what it is given
    described = str(config.model.backbone)
    if described in backbones and host_of(config).takes_built:
        config.model.backbone = backbones[described]
    model = build_without_memory(config)
    backbones[described] = model.get_submodule('backbone')
    return count_model(model)


def _published(config: str) -> Iterator[Cell]:
    """What papers print for a config of ours as it is."""
    path = Path(find_config(config)).resolve()
    for cell in chain(*PAPERS.values()):
        model, *others = cell.models
        if not (others or model.overrides) and path.stem == model.config and path == _ours(model.config):
            yield cell


def _ours(name: str) -> Path:
    return Path(find_config(f'mmvpt::{name}')).resolve()


def _row(name: dict[str, object], count: Count) -> dict[str, object]:
    return {
        **name,
        "backbone's own": count.backbone,
        'tuner': count.tuner,
        'neck and heads': count.head,
        'trained': count.trained,
        'total': count.total,
    }


def _where(cell: Cell | None) -> dict[str, object]:
    return {'printed in': f'{cell.paper}, {cell.table.partition(":")[0]}' if cell else '-'}


def _unit(cell: Cell | None) -> str:
    return cell.measure.unit if cell else MILLIONS.unit


def _verdict(counts: Counts, cell: Cell | None) -> dict[str, object]:
    unit = _unit(cell)
    columns = (f'printed, {unit}', f'difference, {unit}', 'agrees', 'why not')
    if cell is None:
        return dict.fromkeys(columns, '-')
    difference = round(float(cell.difference(counts)), 4) + 0.0  # no -0.0
    agrees = 'yes' if cell.agrees_with(counts) else 'no'
    return dict(zip(columns, (cell.printed, f'{difference:+.4f}', agrees, cell.note), strict=True))


def _sum_up(compared: Iterable[tuple[Cell, Counts]]) -> str:
    verdicts = [cell.agrees_with(counts) for cell, counts in compared]
    return f'{sum(verdicts)} of {len(verdicts)} cells agree after rounding.'
