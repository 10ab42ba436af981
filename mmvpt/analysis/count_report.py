"""Counted parameters beside those that papers print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmvpt.config_paths import config_root, find_config
from mmvpt.engine.launch import load_config

from .count import Count, build_without_memory, count_config, count_model
from .published import PAPERS, Cell
from .tables import format_table


def report_configs(configs: Sequence[str], options: Mapping[str, Any] | None = None) -> str:
    """Count configs, and set beside each what papers print for it.

    Args:
        configs: Paths, or ``mmvpt::`` and names of our configs.
        options: Overrides of all of them, by dotted key; papers have no value for a config that is overridden.
    """
    pairs: list[tuple[str, Cell | None, Count]] = []
    for config in configs:
        count = count_config(config, options)
        cells: list[Cell | None] = [] if options else list(_published(config))  # type: ignore[arg-type]
        pairs += [(Path(config).name, cell, count) for cell in cells or [None]]
    table = format_table(
        [_row(dict(config=name), count) | _where(cell) | _verdict(count, cell) for name, cell, count in pairs]
    )
    compared = [(cell, count) for _, cell, count in pairs if cell]
    return f'{table}\n\n{_sum_up(compared)}' if compared else table


def report_paper(paper: str, *, markdown: bool = False) -> str:
    """Count the models behind every number that a paper prints, table by table.

    Args:
        paper: Its name in ``PAPERS``.
        markdown: Whether the names of tables are headings of Markdown.
    """
    counts, missing = count_cells(PAPERS[paper])
    tables: dict[str, list[dict[str, object]]] = {}
    for cell, count in counts.items():
        tables.setdefault(cell.table, []).append(_row(dict(model=cell.row), count) | _verdict(count, cell))
    heading = '## ' if markdown else ''
    lines = [f'{heading}{table}\n\n{format_table(rows)}\n' for table, rows in tables.items()]
    lines += [f'Not counted here, {len(cells)} cells: {reason}\n' for reason, cells in missing.items()]
    return '\n'.join([*lines, _sum_up(counts.items())])


def count_cells(cells: Iterable[Cell]) -> tuple[dict[Cell, Count], dict[str, list[Cell]]]:
    """Count what cells ask for, each model once; and which could not be built, by the reason."""
    read = cache(lambda config: load_config(f'mmvpt::{config}', None, None))  # reading takes longer than building
    counts: dict[Cell, Count] = {}
    missing: dict[str, list[Cell]] = {}
    known: dict[str, Count] = {}
    for cell in cells:
        model = f'{cell.config} {cell.options}'
        try:
            known[model] = counts[cell] = known.get(model) or _count_overridden(read(cell.config), cell.options)
        except ImportError as error:  # a package, or the compiled ops of mmcv; the message begins with the config
            reason = str(error).partition(' needs ')[2] or str(error)
            missing.setdefault(reason, []).append(cell)
    return counts, missing


def _count_overridden(config: Config, options: Mapping[str, Any]) -> Count:
    config = deepcopy(config)
    config.merge_from_dict(dict(options))
    return count_model(build_without_memory(config))


def _published(config: str) -> Iterator[Cell]:
    """What papers print for a config of ours as it is."""
    path = Path(find_config(config)).resolve()
    for cells in PAPERS.values():
        yield from (cell for cell in cells if not cell.options and path == (config_root() / cell.config).resolve())


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


def _verdict(count: Count, cell: Cell | None) -> dict[str, object]:
    columns = ('printed, M', 'difference, M', 'agrees', 'why not')
    if cell is None:
        return dict.fromkeys(columns, '-')
    difference = round(count.trained / 1e6 - float(cell.printed), 4) + 0.0  # no -0.0
    agrees = 'yes' if cell.agrees_with(count.trained) else 'no'
    return dict(zip(columns, (cell.printed, f'{difference:+.4f}', agrees, cell.note), strict=True))


def _sum_up(compared: Iterable[tuple[Cell, Count]]) -> str:
    verdicts = [cell.agrees_with(count.trained) for cell, count in compared]
    return f'{sum(verdicts)} of {len(verdicts)} cells agree after rounding.'
