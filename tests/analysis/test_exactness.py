"""What should change nothing changes nothing, up to rounding of float64."""

from __future__ import annotations

from mmvpt.analysis.exactness import CASES, measure_exactness


def test_starts_are_exact_and_folds_and_merges_are_rounding() -> None:
    rows = list(measure_exactness())
    assert len(rows) == len(CASES)
    for row in rows:
        start = 'start' in str(row['what']) or 'T = 0' in str(row['what'])
        assert float(str(row['ViT'])) <= (0.0 if start else 1e-11), row
        assert float(str(row['Swin'])) <= 1e-11, row  # whose frozen windows take another kernel than the plain ones
