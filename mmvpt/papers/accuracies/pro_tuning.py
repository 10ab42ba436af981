"""Accuracies in Tables 1 to 4 of Pro-tuning (https://arxiv.org/abs/2207.14381)."""

from __future__ import annotations

from .paper_table import PaperColumn, PaperTable, RowBlock, rows_in

_TASKS = tuple(
    PaperColumn(title, (task,))
    for title, task in {
        'C-10-LT, IR100': 'CIFAR-10-LT, IR100',
        'C-10-LT, IR50': 'CIFAR-10-LT, IR50',
        'C-100-LT, IR100': 'CIFAR-100-LT, IR100',
        'C-100-LT, IR50': 'CIFAR-100-LT, IR50',
        'C-10': 'CIFAR-10',
        'C-100': 'CIFAR-100',
        'PET': 'Oxford-IIIT Pets',
        'Flower': 'Oxford Flowers-102',
        'DOG': 'Stanford Dogs',
        'C1M': 'Clothing1M',
        'C-101': 'Caltech-101',
    }.items()
)
_RESNET_50 = """
TS         | scratch    | 80.4 84.6 42.6 50.1 96.4 80.4 78.2 77.8 66.8 77.0 77.2
HR         | linear     | 83.6 85.0 56.1 60.2 86.1 69.7 91.8 93.0 88.9 66.5 90.0
Partial-1  | partial1   | 86.5 88.9 57.9 62.0 95.5 79.3 91.2 96.8 87.4 75.3 91.5
Partial-2  | partial2   | 87.3 89.5 56.8 62.1 96.1 80.9 91.4 97.3 85.8 76.5 92.2
FT         | full       | 89.7 92.0 60.5 65.7 97.5 84.5 92.5 98.3 86.5 78.7 93.4
Pro-tuning | protuning  | 89.9 92.2 61.2 66.0 97.6 84.0 92.5 98.0 89.1 77.5 93.6
"""
_RESNET_101 = """
TS         | scratch    | 80.4 84.6 44.6 50.6 97.1 81.9 77.7 78.0 69.0 77.8 77.4
HR         | linear     | 85.3 86.5 58.9 62.7 87.6 71.9 92.4 92.8 90.5 67.2 90.7
Partial-1  | partial1   | 87.2 89.7 59.5 63.9 95.5 80.2 91.4 96.8 89.5 75.3 92.4
Partial-2  | partial2   | 87.8 90.5 59.0 63.7 96.4 81.7 91.5 97.6 88.0 76.3 92.8
FT         | full       | 90.8 92.7 61.8 67.2 98.2 87.0 93.7 98.4 87.9 78.5 93.7
Pro-tuning | protuning  | 91.0 93.3 63.9 68.4 98.0 86.6 93.9 98.6 90.3 79.0 93.8
"""
_REGNETX = """
TS         | scratch    | 77.5 83.0 39.2 46.3 96.8 81.5 77.8 78.3 70.2 77.5 77.2
HR         | linear     | 83.4 84.5 55.1 59.6 86.6 71.4 93.4 94.3 95.0 69.7 91.7
Partial-1  | partial1   | 86.2 88.6 57.6 62.2 93.9 78.1 92.6 97.3 94.2 76.2 93.7
Partial-2  | partial2   | 86.7 88.8 57.7 62.4 94.7 78.7 93.0 97.4 94.1 75.6 93.6
FT         | full       | 91.0 92.7 63.7 68.9 98.4 87.2 94.0 98.7 88.0 78.8 95.1
Pro-tuning | protuning  | 91.2 93.0 63.9 68.2 97.8 87.4 94.3 97.9 94.7 77.9 95.6
"""
_DEIT_S = """
TS         | scratch    | 58.9 67.9 33.5 37.9 95.3 74.1 41.8 68.9 34.4 68.4 50.1
HR         | linear     | 83.6 86.9 63.1 66.8 92.6 77.0 92.8 89.0 92.7 66.2 90.6
Partial-1  | partial1   | 87.7 89.2 62.2 66.5 95.6 80.9 93.6 92.7 92.6 70.9 91.5
Partial-2  | partial2   | 89.3 91.6 64.6 68.9 96.9 83.5 94.2 95.6 92.2 74.6 92.7
FT         | full       | 92.0 94.0 69.4 73.6 98.5 87.5 93.8 98.3 87.5 78.5 94.8
Pro-tuning | protuning  | 92.6 94.2 70.0 74.4 98.2 88.0 94.0 97.0 92.4 78.3 94.3
"""
_SWIN_S = """
TS         | scratch    | 62.6 70.8 40.7 47.2 95.1 79.9 52.9 74.3 45.9 21.6 66.1
HR         | linear     | 83.5 87.6 61.9 66.4 93.3 78.4 93.3 88.8 95.0 66.5 91.6
Partial-1  | partial1   | 86.6 89.7 64.1 69.0 94.4 80.8 93.5 93.3 94.9 70.2 92.5
Partial-2  | partial2   | 90.2 92.2 65.3 70.2 96.8 84.6 94.9 95.9 94.8 76.0 93.5
FT         | full       | 93.6 95.8 70.6 75.5 99.0 89.4 94.6 98.9 90.2 80.0 96.2
Pro-tuning | protuning  | 93.8 95.5 71.2 75.3 98.6 88.7 95.0 97.0 94.5 78.4 94.7
"""
_DEIT_B = """
TS         | scratch    | 58.2 65.8 31.3 35.2 95.5 72.5 40.2 71.1 29.8 58.1 50.3
HR         | linear     | 87.5 90.3 67.3 71.4 95.1 81.5 93.6 93.0 96.0 69.9 91.8
Partial-1  | partial1   | 89.8 92.0 65.8 70.5 97.2 84.2 94.4 95.1 95.8 72.2 93.2
Partial-2  | partial2   | 91.7 93.7 69.2 73.8 98.1 87.2 94.8 96.8 95.6 76.1 93.9
FT         | full       | 93.8 94.8 73.1 76.5 98.7 88.9 94.0 98.5 91.2 78.7 95.9
Pro-tuning | protuning  | 93.5 95.5 74.0 77.7 98.8 89.7 94.7 97.7 95.9 78.5 95.6
"""
_SWIN_B = """
TS         | scratch    | 62.3 70.1 40.9 46.9 94.8 79.5 44.8 76.7 5.2  19.6  67.4
HR         | linear     | 84.6 88.2 63.0 67.5 94.0 79.1 92.8 90.6 95.6 68.2  92.1
Partial-1  | partial1   | 86.5 89.4 64.3 68.7 94.8 81.0 93.6 94.2 95.5 71.4  92.5
Partial-2  | partial2   | 88.7 91.4 64.4 69.6 96.9 84.3 94.4 95.4 95.5 95.7? 93.4
FT         | full       | 93.9 95.3 71.6 76.2 98.5 89.4 95.1 98.9 91.8 79.9  96.5
Pro-tuning | protuning  | 94.2 95.4 71.2 75.7 98.6 88.8 95.0 96.7 95.5 77.7  93.8
"""
#: Of Table 3, CIFAR-10-C and CIFAR-100-C; of Table 4, ImageNet-A and ImageNet-R.
_ROBUST = '\n'.join(
    f'{title} | {method} | {{}}'
    for title, method in {'FT': 'full', 'HR': 'linear', 'TS': 'scratch', 'Pro-tuning': 'protuning'}.items()
)


def _robust(base: str, title: str, *figures: str) -> RowBlock:
    return RowBlock(base, _ROBUST.format(*figures), title)


TABLES = (
    PaperTable(
        'pro-tuning-table1',
        'Pro-tuning, Table 1: nine benchmarks, CNNs',
        _TASKS,
        rows_in(
            RowBlock('resnet50_in1k', _RESNET_50, 'ResNet-50'),
            RowBlock('resnet101_in1k', _RESNET_101, 'ResNet-101'),
            RowBlock('regnetx-32gf_in1k', _REGNETX, 'RegNetX-32'),
        ),
    ),
    PaperTable(
        'pro-tuning-table2',
        'Pro-tuning, Table 2: nine benchmarks, transformers',
        _TASKS,
        rows_in(
            RowBlock('deit-s_in1k', _DEIT_S, 'DeiT-S'),
            RowBlock('swin-s_in1k', _SWIN_S, 'Swin-S'),
            RowBlock('deit-b_in1k', _DEIT_B, 'DeiT-B'),
            RowBlock('swin-b_in1k', _SWIN_B, 'Swin-B'),
        ),
        note='95.7 of Partial-2 on C1M repeats a figure of another column: all other methods are below 81 there.',
    ),
    PaperTable(
        'pro-tuning-table3',
        'Pro-tuning, Table 3: corrupted images',
        (PaperColumn('CIFAR-10-C', ('CIFAR-10-C',)), PaperColumn('CIFAR-100-C', ('CIFAR-100-C',))),
        rows_in(
            _robust('resnet50_in1k', 'ResNet-50', '80.8 57.4', '62.2 43.6', '83.0 58.2', '83.5 58.6'),
            _robust('deit-s_in1k', 'DeiT-S', '91.1 72.8', '79.7 59.2', '85.9 59.1', '91.5 73.0'),
            _robust('swin-s_in1k', 'Swin-S', '88.2 70.4', '79.7 59.1', '82.7 59.1', '90.2 70.7'),
        ),
    ),
    PaperTable(
        'pro-tuning-table4',
        'Pro-tuning, Table 4: adversarial and other images',
        (PaperColumn('ImageNet-A', ('ImageNet-A',)), PaperColumn('ImageNet-R', ('ImageNet-R',))),
        rows_in(
            _robust('deit-s_in1k', 'DeiT-S', '15.6 40.6', '19.2 40.9', '6.5 24.9', '20.4 41.6'),
            _robust('swin-s_in1k', 'Swin-S', '26.5 45.2', '32.8 45.2', '12.6 30.5', '33.4 46.4'),
            _robust('deit-b_in1k', 'DeiT-B', '24.1 44.9', '27.8 44.0', '5.9 23.6', '28.5 44.3'),
            _robust('swin-b_in1k', 'Swin-B', '33.6 47.4', '36.5 46.6', '13.7 30.3', '37.7 46.6'),
        ),
        note='The text of the paper has 46.2 for Pro-tuning of Swin-S on ImageNet-R.',
    ),
)
