"""What makes the trainings of protocols tiny."""

from __future__ import annotations

SPLITS = ('train', 'val', 'test')
NO_WORKERS = {
    **{f'{split}_dataloader.num_workers': 0 for split in SPLITS},
    **{f'{split}_dataloader.persistent_workers': False for split in SPLITS},
}


def cells(table: str) -> list[dict[str, str]]:
    """The lines of a table, by the names of its columns."""
    header, _, *rows = [[cell.strip() for cell in line.split('|')[1:-1]] for line in table.splitlines()]
    return [dict(zip(header, row, strict=True)) for row in rows]
