"""Accuracies of groups of tasks in VPT (https://arxiv.org/abs/2203.12119)."""

from __future__ import annotations

from .paper_table import PaperColumn, PaperTable, RowBlock, group_columns, rows_in
from .task_names import FGVC_GROUP, VTAB_GROUPS

_VTAB = group_columns(VTAB_GROUPS)
TABLES = (
    PaperTable(
        'vpt-table1',
        'VPT, Table 1: ViT-B/16 pre-trained on supervised ImageNet-21k',
        group_columns(FGVC_GROUP) + _VTAB,
        rows_in(
            RowBlock(
                'vit-b16_in21k',
                """
                FULL        | full        | 88.54    75.88    83.36    47.64
                LINEAR      | linear      | 79.32(0) 68.93(1) 77.16(1) 26.84(0)
                PARTIAL-1   | partial1    | 82.63(0) 69.44(2) 78.53(0) 34.17(0)
                MLP-3       | mlp3        | 79.80(0) 67.80(2) 72.83(0) 30.62(0)
                SIDETUNE    | sidetune    | 78.35(0) 58.21(0) 68.12(0) 23.41(0)
                BIAS        | bias        | 88.41(3) 73.30(3) 78.25(0) 44.09(2)
                ADAPTER     | adapter     | 85.66(2) 70.39(4) 77.11(0) 33.43(0)
                VPT-SHALLOW | vpt_shallow | 84.62(1) 76.81(4) 79.66(0) 46.98(4)
                VPT-DEEP    | vpt         | 89.11(4) 78.48(6) 82.43(2) 54.98(8)
                """,
            )
        ),
    ),
    PaperTable(
        'vpt-table2',
        'VPT, Table 2: Swin-B pre-trained on supervised ImageNet-21k',
        _VTAB,
        rows_in(
            RowBlock(
                'swin-b_in21k',
                """
                FULL        | full        | 79.10    86.21    59.65
                LINEAR      | linear      | 73.52(5) 80.77(0) 33.52(0)
                MLP-3       | mlp3        | 73.56(5) 75.21(0) 35.69(0)
                PARTIAL     | partial1    | 73.11(4) 81.70(0) 34.96(0)
                BIAS        | bias        | 74.19(2) 80.14(0) 42.42(0)
                VPT-SHALLOW | vpt_shallow | 79.85(6) 82.45(0) 37.75(0)
                VPT-DEEP    | vpt         | 76.78(6) 84.53(0) 53.35(0)
                """,
            )
        ),
    ),
    PaperTable(
        'vpt-table3',
        'VPT, Table 3: prompts together with biases, ViT-B/16',
        _VTAB,
        rows_in(
            RowBlock(
                'vit-b16_in21k',
                """
                BIAS               | bias             | 73.30(3) 78.25(0) 44.09(2)
                VPT-SHALLOW        | vpt_shallow      | 76.81(4) 79.66(0) 46.98(4)
                VPT-SHALLOW + BIAS | vpt_shallow_bias | 79.78(5) 81.38(0) 45.89(3)
                VPT-DEEP           | vpt              | 78.48(6) 82.43(2) 54.98(8)
                VPT-DEEP + BIAS    | vpt_bias         | 77.64(6) 82.22(2) 53.87(6)
                """,
            )
        ),
        note='The paper has a column for each method and a row for each group.',
    ),
    PaperTable(
        'vpt-table4',
        'VPT, Table 4: SETR-PUP on ADE20K, validation',
        (PaperColumn('mIoU, single scale', ('ADE20K',)), PaperColumn('mIoU, several scales')),
        rows_in(
            RowBlock(
                'vit-l',
                """
                FULL      | full     | 48.31 50.07
                HEAD ONLY | linear   | 35.12 37.46
                BIAS      | bias     | 43.40 45.33
                VPT-DEEP  | vpt      | 42.11 44.06
                VPT+BIAS  | vpt_bias | 44.04 45.63
                """,
                'ViT-L/16',
            ),
            RowBlock('resnet101_in1k', 'FULL | full | 45.47 46.27', 'ResNet-101'),
        ),
        metric='mIoU',
        note='The paper has a column for each method. FULL of ViT-L/16 is quoted from the SETR paper.',
    ),
    PaperTable(
        'vpt-table5',
        'VPT, Table 5: ViT-B/16 of other objectives',
        _VTAB,
        rows_in(
            RowBlock(
                'vit-b16_mae',
                """
                FULL        | full        | 59.29    79.68    53.82
                LINEAR      | linear      | 18.87(0) 53.72(0) 23.70(0)
                PARTIAL-1   | partial1    | 58.44(5) 78.28(1) 47.64(1)
                BIAS        | bias        | 54.55(1) 75.68(1) 47.70(0)
                ADAPTER     | adapter     | 54.90(3) 75.19(1) 38.98(0)
                VPT-SHALLOW | vpt_shallow | 39.96(1) 69.65(0) 27.50(0)
                VPT-DEEP    | vpt         | 36.02(0) 60.61(1) 26.57(0)
                """,
                'MAE',
            ),
            RowBlock(
                'vit-b16_mocov3',
                """
                FULL        | full        | 71.95    84.72    51.98
                LINEAR      | linear      | 67.46(4) 81.08(0) 30.33(0)
                PARTIAL-1   | partial1    | 72.31(5) 84.58(2) 47.89(1)
                BIAS        | bias        | 72.89(3) 81.14(0) 53.43(4)
                ADAPTER     | adapter     | 74.19(4) 82.66(1) 47.69(2)
                VPT-SHALLOW | vpt_shallow | 67.34(3) 82.26(0) 37.55(0)
                VPT-DEEP    | vpt         | 70.27(4) 83.04(0) 42.38(0)
                """,
                'MoCo v3',
            ),
        ),
    ),
    PaperTable(
        'vpt-table6',
        'VPT, Table 6: CNNs',
        _VTAB,
        rows_in(
            RowBlock(
                'convnext-b_in21k',
                """
                FULL                 | full     | 77.97    83.71    60.41
                LINEAR               | linear   | 74.48(5) 81.50(0) 34.76(1)
                PARTIAL-1            | partial1 | 73.76(4) 81.64(0) 39.55(0)
                MLP-3                | mlp3     | 73.78(5) 81.36(1) 35.68(1)
                BIAS                 | bias     | 69.07(2) 72.81(0) 25.29(0)
                Visual-Prompt Tuning | pad      | 78.48(6) 83.00(1) 44.64(1)
                """,
                'ConvNeXt-Base',
            ),
            RowBlock(
                'resnet50_in1k',
                """
                FULL                 | full     | 59.72    76.66    54.08
                LINEAR               | linear   | 63.75(6) 77.60(3) 30.96(0)
                PARTIAL-1            | partial1 | 64.34(6) 78.64(2) 45.78(1)
                MLP-3                | mlp3     | 61.79(6) 70.77(1) 33.97(0)
                BIAS                 | bias     | 63.51(6) 77.22(2) 33.39(0)
                Visual-Prompt Tuning | pad      | 66.25(6) 77.32(2) 37.52(0)
                """,
                'ResNet-50',
            ),
        ),
    ),
    PaperTable(
        'vpt-table11',
        'VPT, Table 11: ViT-B/16, images of 384 and many prompts',
        _VTAB,
        rows_in(
            RowBlock(
                'vit-b16-384_in21k',
                """
                FULL        | full        | 72.57    83.05    50.86
                LINEAR      | linear      | 66.30(2) 76.77(0) 27.86(0)
                MLP-3       | mlp3        | 66.45(3) 77.77(0) 38.03(0)
                PARTIAL-1   | partial1    | 67.91(4) 76.94(0) 37.16(0)
                SIDETUNE    | sidetune    | 47.08(1) 40.34(0) 24.18(0)
                BIAS        | bias        | 70.30(4) 76.06(0) 45.35(1)
                ADAPTER     | adapter     | 69.42(6) 77.11(0) 30.62(0)
                VPT-SHALLOW | vpt_shallow | 75.30(4) 78.50(0) -
                VPT-DEEP    | vpt         | 79.37(6) 82.86(2) -
                """,
                '384',
            ),
            RowBlock(
                'vit-b16_in21k',
                """
                FULL                 | full           | 75.88    83.36    47.64
                VPT-SHALLOW, p = 380 | vpt_shallow380 | 75.07(3) 79.03(0) 46.21(2)
                VPT-DEEP, p = 380    | vpt380         | 74.20(4) 82.30(2) 54.50(6)
                """,
                '224',
            ),
        ),
        note='Our text of the paper lost Structured of VPT with images of 384.',
    ),
)
