"""Dense predictions and ablations in Pro-tuning (https://arxiv.org/abs/2207.14381): Tables 5 to 11."""

from __future__ import annotations

from .paper_table import PaperColumn, PaperTable, RowBlock, rows_in

_RESNET, _DEIT = 'resnet50_in1k', 'deit-b_in1k'
_LONG_TAILED = (PaperColumn('Top-1 Acc.', ('CIFAR-100-LT, IR100',)),)
_BOTH = (PaperColumn('CIFAR-100', ('CIFAR-100',)), PaperColumn('CIFAR-100-LT-100', ('CIFAR-100-LT, IR100',)))
TABLES = (
    PaperTable(
        'pro-tuning-table5',
        'Pro-tuning, Table 5: boxes of COCO, ResNet-50',
        tuple(PaperColumn(title, ('COCO',) * (title == 'AP')) for title in ('AP', 'AP50', 'AP75', 'APS', 'APM', 'APL')),
        rows_in(
            RowBlock(
                _RESNET,
                """
                Head retraining   | linear    | 34.2 52.9 36.8 19.3 36.9 45.7
                Fine-tuning       | full      | 41.2 59.4 45.0 23.9 44.2 54.4
                Pro-tuning (ours) | protuning | 41.1 60.6 44.9 24.3 43.5 55.5
                """,
                'Cascade Mask RCNN',
                'Cascade Mask R-CNN, COCO',
            ),
            RowBlock(
                _RESNET,
                """
                Head retraining   | linear    | 37.5 56.3 40.2 21.1 40.3 50.3
                Fine-tuning       | full      | 42.3 61.1 45.8 23.7 45.6 56.3
                Pro-tuning (ours) | protuning | 42.2 62.3 46.0 25.2 45.2 56.7
                """,
                'HTC',
                'HTC, COCO',
            ),
        ),
        metric='coco/bbox_mAP',
    ),
    PaperTable(
        'pro-tuning-table6',
        'Pro-tuning, Table 6: ADE20K, ResNet-50',
        (PaperColumn('mIoU', ('ADE20K',)),),
        rows_in(
            RowBlock(
                'resnet50-v1c_in1k',
                """
                Head retraining   | linear    | 25.8
                Fine-tuning       | full      | 35.9
                Pro-tuning (ours) | protuning | 36.2
                """,
                'FCN',
                'FCN, ADE20K',
            ),
            RowBlock(
                'resnet50-v1c_in1k',
                """
                Head retraining   | linear    | 38.7
                Fine-tuning       | full      | 40.7
                Pro-tuning (ours) | protuning | 41.3
                """,
                'UperNet',
                'UperNet, ADE20K',
            ),
        ),
        metric='mIoU',
    ),
    PaperTable(
        'pro-tuning-table7',
        'Pro-tuning, Table 7: prompt blocks together with the backbone, ResNet-50',
        _LONG_TAILED,
        rows_in(
            RowBlock(
                _RESNET,
                """
                Training from scratch | scratch        | 42.6
                Head retraining       | linear         | 56.1
                Fine-tuning           | full           | 60.5
                Pro-tuning            | protuning      | 61.2
                Pro-tuning, fine-tune | protuning_full | 60.4
                """,
            )
        ),
    ),
    PaperTable(
        'pro-tuning-table8',
        'Pro-tuning, Table 8: prompt blocks at each stage, ResNet-50',
        _BOTH,
        rows_in(
            RowBlock(
                _RESNET,
                """
                1 | protuning         | 83.6 61.2
                2 | protuning_2blocks | 83.5 61.3
                3 | protuning_3blocks | 83.7 61.3
                """,
            )
        ),
        note='Table 1 has 84.0 on CIFAR-100 for one block.',
    ),
    PaperTable(
        'pro-tuning-table9',
        'Pro-tuning, Table 9: positions of prompt blocks, DeiT-B',
        _LONG_TAILED,
        rows_in(
            RowBlock(
                _DEIT,
                """
                F1 | protuning_f1 | 73.0
                F5 | protuning_f5 | 73.5
                L1 | protuning_l1 | 67.4
                L5 | protuning_l5 | 67.5
                U5 | protuning    | 74.0
                """,
            )
        ),
    ),
    PaperTable(
        'pro-tuning-table10',
        'Pro-tuning, Table 10: the ratio of prompt blocks, ResNet-50',
        _LONG_TAILED,
        rows_in(
            RowBlock(
                _RESNET,
                """
                10   | protuning_beta10   | 50.3
                4    | protuning_beta4    | 49.7
                2    | protuning_beta2    | 49.5
                1    | protuning_beta1    | 51.8
                0.5  | protuning_beta0.5  | 53.2
                0.25 | protuning_beta0.25 | 54.4
                0.1  | protuning_beta0.1  | 56.6
                Lea. | protuning          | 58.1
                """,
            )
        ),
        note='Tables 1, 7, 8 and 11 have 61.2 for a learned ratio.',
    ),
    PaperTable(
        'pro-tuning-table11',
        'Pro-tuning, Table 11: kernels of prompt blocks, ResNet-50',
        _BOTH,
        rows_in(
            RowBlock(
                _RESNET,
                """
                3 | protuning_kernel3 | 83.2 60.9
                5 | protuning         | 83.6 61.2
                7 | protuning_kernel7 | 83.4 61.1
                """,
            )
        ),
    ),
)
