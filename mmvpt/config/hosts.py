"""The hosts: packages of OpenMMLab whose configs we read, whose models we tune and whose tools we run.

All that we know of a host by its name is in its row here. To add one:

1. Add a :class:`Host` below. Configs of its scope are then opened, trained, evaluated, drawn and listed, an error names
   the command that installs it, and ``mmvpt host NAME`` runs its tools.
2. Where it has backbones of its own, describe them in a file ``mmvpt/anatomy/hosts/NAME.py``, which is found by its
   name (see docs/guides/extend.md).

This module stays light: help pages import it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mmvpt.env.versions import PIP, TESTED

if TYPE_CHECKING:
    from mmengine.config import Config


@dataclass(frozen=True, eq=False, kw_only=True)
class Host:
    """What is particular to one host.

    Args:
        name: Of its module, and the scope of its configs.
        distribution: What to install.
        task: What its models do.
        visualizer: The type that draws predictions where a config names none.
        drawing_hook: The hook that lets it draw while testing.
        folder_key: The hook's option for the folder of drawn predictions; None where the visualizer has it.
        draws_every_nth: Whether the hook can leave predictions out.
        draws_augmented: Whether augmented images can be drawn.
        tta_model: Averages predictions over augmented images where a config does not say how; None where only a config
            can.
        tta_meta_keys: What flipped images have to carry for that, where it is more than others do.
        dump_metric: The type that writes predictions into a file; None where the config's own metric writes a folder.
        reads_annotations: Whether its metric reads the file of annotations itself, and so judges by all of it.
        needs_ops: Whether it does not run without the operators of mmcv.
        loader_defaults: Options of loaders that its own tools set.
        takes_built: Whether its models take a backbone that is built already, in place of a config.
        heads: Where its models have heads with a number of classes.
        map_heads: Where its models have heads that learn from label maps.
        datasets: Types of its data sets that can be verified, and the layout of their files.
        shared_backbones: Backbones of its own that mmpretrain has too, so that a converted file fits them.
    """

    name: str
    distribution: str
    task: str
    visualizer: str
    drawing_hook: Mapping[str, object]
    folder_key: str | None = None
    draws_every_nth: bool = False
    draws_augmented: bool = True
    tta_model: Mapping[str, object] | None = None
    tta_meta_keys: tuple[str, ...] = ()
    dump_metric: str | None = None
    reads_annotations: bool = False
    needs_ops: bool = False
    takes_built: bool = False
    loader_defaults: Mapping[str, object] = field(default_factory=dict)
    heads: tuple[str, ...] = ()
    map_heads: tuple[str, ...] = ()
    datasets: Mapping[str, str] = field(default_factory=dict)
    shared_backbones: tuple[str, ...] = ()

    @property
    def install_command(self) -> str:
        """Installs it, in the version that was tested where one was."""
        version = TESTED.get(self.distribution)
        return f'{PIP} install {self.distribution}' + (f'=={version}' if version else '')


_ROWS = (
    Host(
        name='mmpretrain',
        distribution='onedl-mmpretrain',
        task='classification',
        visualizer='mmpretrain.UniversalVisualizer',
        drawing_hook=dict(type='mmpretrain.VisualizationHook', enable=True, interval=1),
        folder_key='out_dir',
        draws_every_nth=True,
        draws_augmented=False,
        tta_model=dict(type='mmpretrain.AverageClsScoreTTA'),
        dump_metric='mmengine.DumpResults',
        loader_defaults=dict(collate_fn=dict(type='default_collate')),
        takes_built=True,
        heads=('head',),
        datasets=dict(
            CustomDataset='image-folder',
            CUB='cub',
            CIFAR10='cifar10',
            CIFARC='cifar-c',
            CIFAR100='cifar100',
            ImageLists='lists',
            VTAB='vtab',
        ),
    ),
    Host(
        name='mmseg',
        distribution='onedl-mmsegmentation',
        task='segmentation',
        visualizer='mmseg.SegLocalVisualizer',
        drawing_hook=dict(type='mmseg.SegVisualizationHook', draw=True),
        heads=('decode_head', 'auxiliary_head'),
        map_heads=('decode_head',),
        datasets=dict(ADE20KDataset='ade20k', BaseSegDataset='segmentation'),
        shared_backbones=('ResNet', 'ResNeXt', 'SwinTransformer'),
    ),
    Host(
        name='mmdet',
        distribution='onedl-mmdetection',
        task='detection',
        visualizer='mmdet.DetLocalVisualizer',
        drawing_hook=dict(type='mmdet.DetVisualizationHook', draw=True),
        folder_key='test_out_dir',
        tta_model=dict(type='DetTTAModel', tta_cfg=dict(nms=dict(type='nms', iou_threshold=0.5), max_per_img=100)),
        tta_meta_keys=('img_id', 'img_path', 'ori_shape', 'img_shape', 'scale_factor', 'flip', 'flip_direction'),
        dump_metric='mmdet.DumpDetResults',
        reads_annotations=True,
        needs_ops=True,
        heads=('bbox_head', 'mask_head', 'roi_head.bbox_head', 'roi_head.mask_head'),
        map_heads=('roi_head.semantic_head',),
        datasets=dict(CocoDataset='coco'),
        shared_backbones=('ResNet', 'ResNeXt', 'RegNet', 'SwinTransformer'),
    ),
)
#: By the name of the module, which is the scope of its configs too.
HOSTS = {host.name: host for host in _ROWS}


def host_of(config: Config) -> Host:
    """The host that a config is for, by its ``default_scope``."""
    scope = config.get('default_scope')
    if scope not in HOSTS:
        raise ValueError(f'default_scope is {scope!r}; hosts are {", ".join(HOSTS)}. Set it in the config.')
    return HOSTS[scope]
