"""Counted parameters against those that papers print."""

from __future__ import annotations

import runpy
import sys
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from torch import nn

from mmvpt.analysis.count import Count, build_without_memory, count_config, count_model
from mmvpt.engine.launch import load_config
from mmvpt.papers import PAPERS, Cell, Model
from mmvpt.papers import report as count_report
from mmvpt.papers.measure import FACTOR, MEAN_PERCENT, PERCENT, factor
from mmvpt.papers.report import Counts, count_cells, report_configs, report_paper
from mmvpt.papers.vpt import VIT_B

ROOT = Path(__file__).resolve().parents[2]
CELLS = PAPERS['pro_tuning']
SYSTEMS = ('Cascade Mask R-CNN', 'HTC', 'FCN', 'UPerNet')
with_detection = pytest.mark.skipif(find_spec('mmdet') is None, reason='detectors need mmdet')

#: By paper and table, what ``sum_up`` says of the printed table.
SUMS: dict[str, dict[str, tuple[int, ...]]] = {
    'pro_tuning': {
        'Table 1': (18, 17, 382_507_296, 12_839_004, 4_765_680, 400_111_980, 1_045_397_196),
        'Table 2': (24, 22, 520_533_380, 7_874_556, 2_122_560, 530_530_496, 1_468_265_928),
        'Table 3': (24, 12, 376_048_424, 11_728_524, 1_409_320, 389_186_268, 765_225_476),
        'Table 4': (32, 28, 972_190_984, 15_749_112, 4_716_800, 992_656_896, 1_964_824_328),
        'Table 5': (6, 6, 46_565_376, 7_224_808, 331_700_505, 385_490_689, 479_973_505),
        'Table 6': (6, 5, 47_054_528, 7_224_808, 207_180_552, 261_459_888, 355_568_944),
        'Table 7': (5, 5, 70_524_096, 7_224_808, 1_024_500, 78_773_404, 125_789_468),
        'Table 8': (6, 4, 0, 43_348_848, 1_229_400, 44_578_248, 185_626_440),
        'Table 9': (5, 2, 7_680, 10_474_193, 384_500, 10_866_373, 439_851_973),
        'Table 11': (6, 5, 0, 21_735_864, 1_229_400, 22_965_264, 164_013_456),
    },
    'vpt': {
        'Table 1': (9, 9, 2_231_783_424, 263_033_256, 43_046_217, 2_537_862_897, 3_224_252_145),
        'Table 2': (6, 5, 1_890_198_280, 121_600, 45_743_624, 1_936_063_504, 2_369_779_624),
        'Table 4': (5, 0, 304_690_176, 2_703_360, 65_718_200, 373_111_736, 1_589_158_840),
        'Table 5': (8, 8, 3_533_657_088, 0, 5_782_880, 3_539_439_968, 4_054_231_904),
        'Table 6': (12, 11, 2_358_736_000, 522_120, 216_917_008, 2_576_175_128, 3_131_547_608),
        'Table 11': (9, 8, 3_402_547_968, 253_488_595, 29_006_604, 3_685_043_167, 4_285_633_759),
        'Table 12': (13, 11, 92_990_976, 13_629_301, 2_183_956, 108_804_233, 1_131_195_785),
        'Table 13': (44, 42, 0, 24_066_048, 2_891_440, 26_957_488, 3_802_098_352),
        'Table 14': (12, 9, 0, 7_418_880, 3_608_148, 11_027_028, 1_040_610_900),
        'Appendix B': (2, 1, 0, 11_614_464, 1_445_720, 13_060_184, 184_657_496),
    },
    'e2vpt': {
        'Abstract': (1, 0, 0, 2_617_344, 722_860, 3_340_204, 89_138_860),
        'Table 1': (8, 5, 2_231_783_424, 246_256_152, 41_421_320, 2_519_460_896, 3_120_051_488),
        'Table 2': (5, 4, 1_890_198_280, 0, 44_780_124, 1_934_978_404, 2_281_951_300),
        'Table 3': (8, 8, 3_533_657_088, 0, 5_782_880, 3_539_439_968, 4_054_231_904),
        'Table 4': (8, 3, 0, 2_833_344, 1_737_940, 4_571_284, 690_960_532),
    },
}

of_papers = pytest.mark.parametrize('paper', [pytest.param('pro_tuning', marks=with_detection), 'vpt', 'e2vpt'])


@cache
def counted(paper: str) -> dict[Cell, Counts]:
    return count_cells(PAPERS[paper])[0]


@pytest.fixture
def counts() -> dict[Cell, Counts]:
    return counted('pro_tuning')


@of_papers
def test_as_many_cells_agree_as_the_documents_say(paper: str) -> None:
    cells, agreeing = {'pro_tuning': (132, 106), 'vpt': (120, 104), 'e2vpt': (30, 20)}[paper]
    assert len(counted(paper)) == len(PAPERS[paper]) == cells
    assert sum(cell.agrees_with(found) for cell, found in counted(paper).items()) == agreeing


@of_papers
def test_the_command_prints_every_number_that_it_printed(
    paper: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """A parameter more or less in any model of a table changes a sum of that table."""
    found = counted(paper)
    monkeypatch.setattr(count_report, 'count_cells', lambda cells: (found, {}))
    monkeypatch.setattr(sys, 'argv', ['count.py', '--paper', paper, '--markdown'])
    runpy.run_path(str(ROOT / 'tools' / 'count.py'), run_name='__main__')
    *tables, last = capsys.readouterr().out.removeprefix('## ').split('\n## ')
    last, verdict = last.strip().rsplit('\n\n', 1)
    assert {table.partition(':')[0]: sum_up(table) for table in [*tables, last]} == SUMS[paper]
    rows, agreeing, *_ = map(sum, zip(*SUMS[paper].values(), strict=True))
    assert verdict == f'{agreeing} of {rows} cells agree after rounding.'
    assert f'| {agreeing} of {rows} |' in (ROOT / 'docs' / 'reference' / 'counts.md').read_text()


def sum_up(table: str) -> tuple[int, ...]:
    """Rows, rows that agree, and sums of the columns: the backbone's own, tuner, neck and heads, trained, total."""
    _, _, *rows = ([cell.strip() for cell in line.strip('|').split('|')] for line in table.splitlines() if '|' in line)
    numbers = [[int(cell.replace(',', '')) for cell in row[1:6]] for row in rows]
    return len(rows), sum(row[8] == 'yes' for row in rows), *map(sum, zip(*numbers, strict=True))


@pytest.mark.parametrize('paper', PAPERS)
def test_every_deviation_is_explained_and_nothing_else_is(paper: str) -> None:
    counts = counted(paper)
    unclear = [(cell.table, cell.row) for cell, found in counts.items() if cell.agrees_with(found) == bool(cell.note)]
    assert unclear == []


@with_detection
def test_the_dense_systems_train_the_parameters_of_the_paper(counts: dict[Cell, Counts]) -> None:
    """Pro-tuning, Tables 5 and 6, in millions; Table 6 prints FCN's 29.7 as 26.7."""
    trained = {
        cell.row: round(counts[cell][0].trained / 1e6, 1) for cell in CELLS if cell.table[:7] in ('Table 5', 'Table 6')
    }
    methods = ('head retraining', 'Pro-tuning', 'fine-tuning')
    assert [[trained[f'{system}, {method}'] for method in methods] for system in SYSTEMS] == [
        [53.8, 57.4, 77.1],
        [56.8, 60.4, 80.0],
        [26.1, 29.7, 49.6],
        [43.0, 46.6, 66.5],
    ]


def test_every_table_of_pro_tuning_with_parameters_is_there_once() -> None:
    """As many numbers as each table prints; Table 10 has accuracies alone."""
    tables = Counter(int(cell.table.partition(':')[0].split()[1]) for cell in CELLS)
    assert tables == {1: 18, 2: 24, 3: 24, 4: 32, 5: 6, 6: 6, 7: 5, 8: 6, 9: 5, 11: 6}
    assert len({(cell.table, cell.row) for cell in CELLS}) == len(CELLS)


def of_table(table: str, row: str) -> tuple[Cell, Counts]:
    (found,) = [item for item in counted('vpt').items() if item[0].table.startswith(f'{table}:') and item[0].row == row]
    return found


def test_models_of_tasks_that_share_a_backbone_count_as_each_alone() -> None:
    cell, (found,) = of_table('Table 13', 'VPT-DEEP, SVHN')
    assert found == count_config(f'mmvpt::{cell.models[0].config}', cell.models[0].overrides)
    assert found == Count(backbone=0, tuner=50 * 12 * 768, head=7690, total=86_267_146, base=VIT_B)


def test_tasks_store_the_backbone_once_unless_all_of_it_trains() -> None:
    full = Count(backbone=10, tuner=0, head=1, total=11, base=10)
    prompted = Count(backbone=0, tuner=2, head=1, total=13, base=10)
    assert FACTOR.value([full, full]) == Fraction(22, 10)
    assert FACTOR.value([prompted, prompted]) == Fraction(10 + 6, 10)
    assert FACTOR.value([full, prompted]) == Fraction(10 + 11 + 3, 10)
    assert factor(12).value([prompted, prompted]) == Fraction(12 + 6, 12)
    assert factor(12).gather([prompted, prompted]) == Count(backbone=0, tuner=4, head=2, total=18, base=12)


def test_a_mean_share_is_that_of_the_shares() -> None:
    half, quarter = Count(0, 1, 1, 4, 2), Count(0, 1, 1, 8, 6)
    assert PERCENT.value([half]) == 50
    assert MEAN_PERCENT.value([half, quarter]) == Fraction(75, 2)
    with pytest.raises(ValueError, match='values to unpack'):
        PERCENT.value([half, quarter])


def test_biases_of_swin_and_its_bias_tables_make_the_factor_of_the_paper() -> None:
    """VPT, Table 2: 1.06."""
    cell, found = of_table('Table 2', 'BIAS')
    swin = build_without_memory(load_config('mmvpt::swin-b_vpt_cub.py', None, None)).backbone.backbone
    tables = sum(param.numel() for name, param in swin.named_parameters() if name.endswith('bias_table'))
    assert tables == 63_544
    assert cell.agrees_with([replace(count, backbone=count.backbone + tables) for count in found])


def test_adapters_make_the_factor_of_the_paper_if_eight_or_nine_tasks_have_the_largest() -> None:
    """VPT, Table 1: 1.23; which task has which of the three sizes is not printed."""
    cell, found = of_table('Table 1', 'ADAPTER, r = 8 for 9, 64 for 7, 256 for 8 tasks')
    large, middle, small = (of_table('Table 12', f'ADAPTER, r = {r}')[1][0].tuner for r in (8, 64, 256))
    heads = [replace(count, tuner=0) for count in found[1:]]
    agreeing = {
        number
        for number in range(25)
        for others in range(25 - number)
        if cell.agrees_with(
            [replace(found[0], tuner=number * large + others * middle + (24 - number - others) * small), *heads]
        )
    }
    assert agreeing == {8, 9}


@pytest.mark.parametrize(
    ('printed', 'count', 'agrees'),
    [
        ('3.86', 3_858_284, True),
        ('3.86', 3_855_000, True),  # half a unit may be rounded either way
        ('3.86', 3_865_000, True),
        ('3.86', 3_854_999, False),
        ('3.86', 3_865_001, False),
        ('53.8', 53_816_574, True),
        ('3.634', 3_632_894, False),
    ],
)
def test_a_count_agrees_if_it_rounds_to_what_is_printed(printed: str, count: int, agrees: bool) -> None:
    found = (Count(backbone=count, tuner=0, head=0, total=count, base=count),)
    assert Cell('paper', 'Table 1', 'row', (Model('config'),), printed).agrees_with(found) == agrees


def test_parts_are_counted_apart() -> None:
    """ResNet-50 with blocks and its own weights, Table 7: 23,508,032 + 3,612,404 + a head of 100 classes."""
    tuners = [dict(type='mmvpt.ProTuning'), dict(type='mmvpt.FullTuning')]
    count = count_config('mmvpt::resnet50_protuning_cifar100.py', {'model.backbone.tuner': tuners})
    assert count == Count(backbone=23_508_032, tuner=3_612_404, head=204_900, total=27_325_336, base=23_508_032)
    assert count.trained == count.total


def test_a_plain_backbone_is_told_from_its_head() -> None:
    model = nn.ModuleDict(dict(backbone=nn.Linear(2, 3), head=nn.Linear(3, 5)))
    model.backbone.bias.requires_grad_(False)
    assert count_model(model) == Count(backbone=6, tuner=0, head=20, total=29, base=9)


def test_a_model_is_built_without_memory_where_its_constructor_reads_values() -> None:
    """mmseg's Swin takes its drop-path rates from a tensor."""
    swin = dict(type='mmseg.SwinTransformer', embed_dims=16, depths=(1, 1, 1, 1), num_heads=(1, 1, 1, 1))
    model = build_without_memory(Config(dict(model=swin, default_scope='mmseg')))
    assert all(param.is_meta for param in model.parameters())
    assert not any(buffer.is_meta for buffer in model.buffers())
    assert not nn.Linear(1, 1).weight.is_meta
    assert not torch.nn.Parameter(torch.zeros(1)).is_meta


def test_a_config_of_ours_stands_beside_what_papers_print_for_it() -> None:
    *_, row, _, verdict = report_configs([str(ROOT / 'configs' / 'upernet_protuning_ade20k.py')]).splitlines()
    cells = [cell.strip() for cell in row.strip('|').split('|')]
    assert cells[1:-1] == [
        '0', '3,612,404', '42,988,844', '46,601,248', '70,128,512', 'Pro-tuning, Table 6', '46.6', '+0.0012', 'yes'
    ]  # fmt: skip
    assert verdict == '1 of 1 cells agree after rounding.'


def test_configs_beside_what_papers_print_in_other_units_have_tables_of_their_own() -> None:
    report = report_configs(['mmvpt::vit_vpt_cub.py', 'mmvpt::setr_vpt_ade20k.py', 'mmvpt::vit_partial1_cub.py'])
    shares, millions, verdict = report.split('\n\n')
    assert 'printed, %' in shares and ' 0.29 ' in shares and 'VPT, Table 14' in shares
    assert 'printed, M' in millions and ' 13.43 ' in millions and 'vit_partial1_cub.py' in millions
    assert verdict == '1 of 2 cells agree after rounding.'


def test_a_config_of_a_user_and_one_that_is_overridden_are_counted_alone(tmp_path: Path) -> None:
    path = tmp_path / 'upernet_protuning_ade20k.py'  # the name of ours
    path.write_text("_base_ = 'mmvpt::resnet50_linear_cifar100.py'\n")
    own = report_configs([str(path)])
    ten = report_configs(['mmvpt::resnet50_linear_cifar100.py'], {'model.head.num_classes': 10})
    assert ' 204,900 ' in own and ' 20,490 ' in ten
    for report in (own, ten):
        assert 'cells agree' not in report and 'Table' not in report


def test_what_cannot_be_built_is_named_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(config: str, *_: None) -> Config:
        if 'coco' in config:
            raise ImportError(f'{config} needs mmdet, which is not installed. Run: pip install it')
        return Config()

    monkeypatch.setattr(count_report, 'open_config', read)
    monkeypatch.setattr(count_report, '_count_overridden', lambda *_: Count(0, 0, 204_900, 204_900, 0))
    monkeypatch.setitem(PAPERS, 'tiny', tuple(cell for cell in CELLS if cell.table[:7] in ('Table 5', 'Table 7')))
    lines = report_paper('tiny').splitlines()
    assert 'Not counted here, 6 cells: mmdet, which is not installed. Run: pip install it' in lines
    assert lines[-1] == '1 of 5 cells agree after rounding.'
