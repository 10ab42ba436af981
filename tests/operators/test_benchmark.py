"""``tools/benchmark_operators.py`` times both kinds of operators, or the one that is there."""

import runpy
from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace

TOOL = Path(__file__).resolve().parents[2] / 'tools' / 'benchmark_operators.py'
ARGS = Namespace(repeats=1, cpu_time=False)


def test_both_kinds_are_asked_in_turn_and_compared():
    import mmcv.ops.info as info

    measure = runpy.run_path(str(TOOL))['measure']
    asked = []

    def case():
        asked.append(info.get_compiler_version())

    compiled = SimpleNamespace(get_compiler_version=lambda: 'GCC 12')
    row = measure(case, compiled, ARGS)
    assert list(row) == ['compiled, ms', 'stand-in, ms', 'ratio']
    assert asked[::2] == ['GCC 12'] * 2 and all('torchvision' in name for name in asked[1::2])
    assert list(measure(case, None, ARGS)) == ['stand-in, ms']
    assert all('torchvision' in name for name in asked[4:])
