"""Tasks as papers and our results call them."""

from __future__ import annotations

from mmvpt.papers.tasks import GROUPS

#: The tasks of each group, by their titles.
VTAB_GROUPS = {name: tuple(GROUPS[name]) for name in ('Natural', 'Specialized', 'Structured')}
FGVC_GROUP = {'FGVC': tuple(GROUPS['FGVC'])}
#: Names of our results, by title; the first is that of the folder of the data.
TASK_NAMES: dict[str, tuple[str, ...]] = {
    'CIFAR-100': ('cifar', 'cifar100'),
    'Caltech101': ('caltech101',),
    'DTD': ('dtd',),
    'Flowers102': ('oxford_flowers102',),
    'Pets': ('oxford_iiit_pet',),
    'SVHN': ('svhn',),
    'Sun397': ('sun397',),
    'Patch Camelyon': ('patch_camelyon',),
    'EuroSAT': ('eurosat',),
    'Resisc45': ('resisc45',),
    'Retinopathy': ('diabetic_retinopathy',),
    'Clevr/count': ('clevr_count',),
    'Clevr/distance': ('clevr_dist',),
    'DMLab': ('dmlab',),
    'KITTI/distance': ('kitti',),
    'dSprites/location': ('dsprites_loc',),
    'dSprites/orientation': ('dsprites_ori',),
    'SmallNORB/azimuth': ('smallnorb_azi',),
    'SmallNORB/elevation': ('smallnorb_ele',),
    'CUB-200-2011': ('cub', 'cub200'),
    'NABirds': ('nabirds',),
    'Oxford Flowers': ('oxford_flowers', 'oxford_flowers102', 'flowers102'),
    'Stanford Dogs': ('stanford_dogs', 'dogs'),
    'Stanford Cars': ('stanford_cars', 'cars'),
    'ADE20K': ('ade20k', 'setr_ade20k'),
    'FCN, ADE20K': ('fcn_ade20k', 'ade20k'),
    'UperNet, ADE20K': ('upernet_ade20k', 'ade20k'),
    'COCO': ('coco',),
    'Cascade Mask R-CNN, COCO': ('cascade_mask_rcnn_coco', 'coco'),
    'HTC, COCO': ('htc_coco', 'coco'),
    'CIFAR-10-LT, IR100': ('cifar10_lt100',),
    'CIFAR-10-LT, IR50': ('cifar10_lt50',),
    'CIFAR-100-LT, IR100': ('cifar100_lt100',),
    'CIFAR-100-LT, IR50': ('cifar100_lt50',),
    'CIFAR-10': ('cifar10',),
    'Oxford-IIIT Pets': ('pets', 'oxford_iiit_pet'),
    'Oxford Flowers-102': ('flowers102', 'oxford_flowers102'),
    'Clothing1M': ('clothing1m',),
    'Caltech-101': ('caltech101',),
    'CIFAR-10-C': ('cifar10_c',),
    'CIFAR-100-C': ('cifar100_c',),
    'ImageNet-A': ('imagenet_a',),
    'ImageNet-R': ('imagenet_r',),
}
