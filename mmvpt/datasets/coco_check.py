"""Files in COCO's format against the detector that learns from them, or is judged by them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol, TypeGuard

from mmengine.evaluator import Evaluator
from mmengine.fileio import load
from mmengine.logging import print_log
from torch import nn

from mmvpt.config.datasets import built_datasets
from mmvpt.datasets.coco_file import CocoFile, explain_categories, label_map_name, unused_categories
from mmvpt.datasets.verify.coco_faults import STOP_EVALUATION, STOP_TRAINING, Harm, fatal_faults
from mmvpt.text.shorten import shorten

WITHOUT_SEMANTIC = (
    'Unpack stuffthingmaps_trainval2017.zip of COCO-stuff, or train without the semantic branch, as '
    'mmvpt::htc_protuning_without_semantic_coco does.'
)
WITHOUT_MASKS = (
    "Use a file with masks, such as COCO's own, or drop the mask head: roi_head=dict(mask_head=None, "
    "mask_roi_extractor=None) in the model, with_mask=False in LoadAnnotations and metric='bbox' in the evaluators."
)


class _Pipeline(Protocol):
    transforms: Sequence[object]


class CocoDataset(Protocol):
    """What mmdet makes of a file in COCO's format."""

    ann_file: str
    backend_args: dict | None
    cat_ids: Sequence[int]
    data_prefix: Mapping[str, str]
    metainfo: Mapping[str, Sequence[str]]
    pipeline: _Pipeline
    seg_map_suffix: str


def coco_datasets(dataset: object) -> Iterator[CocoDataset]:
    """Data sets that read COCO's format the way of mmdet, also inside of those that repeat or concatenate others."""
    return filter(_reads_coco, built_datasets(dataset))


def _reads_coco(dataset: object) -> TypeGuard[CocoDataset]:
    panoptic = 'thing_classes' in getattr(dataset, 'metainfo', {})
    return hasattr(dataset, 'COCOAPI') and str(getattr(dataset, 'ann_file', '')).endswith('.json') and not panoptic


def check_training_data(dataset: CocoDataset, model: nn.Module) -> None:
    """Refuse a file whose categories, masks or label maps are not what a detector learns from.

    Args:
        dataset: The file, as mmdet has read it.
        model: The detector, without wrappers.
    """
    content = load(dataset.ann_file, backend_args=dataset.backend_args)
    _check_categories(dataset, content)
    name = type(model).__name__
    with_masks = getattr(model, 'with_mask', False)
    _check_objects(dataset, content, STOP_TRAINING if with_masks else ())
    if with_masks:
        _check_loads(dataset, 'with_mask', f'{name} has a mask head')
        _check_masks(dataset, content, f'{name} has a mask head')
    if getattr(getattr(model, 'roi_head', None), 'semantic_head', None) is not None:
        _check_label_maps(dataset, content, f'The semantic branch of {name} learns from label maps')


def check_evaluation_data(dataset: CocoDataset, evaluator: Evaluator) -> None:
    """Refuse a file whose categories or masks are not what a detector is judged by."""
    content = load(dataset.ann_file, backend_args=dataset.backend_args)
    _check_categories(dataset, content)
    with_masks = any('segm' in getattr(metric, 'metrics', ()) for metric in evaluator.metrics)
    _check_objects(dataset, content, STOP_EVALUATION if with_masks else ())
    if with_masks:
        _check_masks(dataset, content, 'masks are to be evaluated')


def _check_categories(dataset: CocoDataset, content: CocoFile) -> None:
    by_id = {category['id']: str(category['name']) for category in content['categories']}
    names = list(by_id.values())
    labelled = [by_id[number] for number in dataset.cat_ids]  # some data sets sort a file before they number it
    classes = dataset.metainfo['classes']
    reason = explain_categories(labelled if set(classes) <= set(labelled) else names, classes)
    if reason:
        raise ValueError(
            f'{dataset.ann_file} {reason}. Give the classes as the file has them, metainfo=dict(classes=...) in every '
            'data set and num_classes=... in every head, or correct the file.'
        )
    unused = unused_categories(names, classes)
    if unused:
        print_log(f'{dataset.ann_file}: left out, since they are no classes: {shorten(unused)}', logger='current')


def _check_objects(dataset: CocoDataset, content: CocoFile, mask_harms: Collection[Harm]) -> None:
    """Refuse boxes and masks at which pycocotools would end the process, or a loss become NaN."""
    found = list(fatal_faults(content, mask_harms))
    if found:
        (where, kind), number = found[0], len(found)
        raise ValueError(
            f'{dataset.ann_file}: {kind} ({where}{f", and {number - 1} more faults" if number > 1 else ""}). '
            'Correct the file; tools/verify_dataset.py says all that is wrong.'
        )


def _check_loads(dataset: CocoDataset, what: str, why: str) -> None:
    if not any(getattr(step, what, False) for step in dataset.pipeline.transforms):
        raise ValueError(f'{why}, but the pipeline for {dataset.ann_file} has no LoadAnnotations with {what}=True.')


def _check_masks(dataset: CocoDataset, content: CocoFile, why: str) -> None:
    used = set(dataset.cat_ids)
    having = [bool(item.get('segmentation')) for item in content.get('annotations', ()) if item['category_id'] in used]
    if not all(having):
        number = having.count(False)
        raise ValueError(
            f'{dataset.ann_file}: {number} of {len(having)} annotations ({number / len(having):.0%}) have no '
            f'segmentation, but {why}. {WITHOUT_MASKS}'
        )


def _check_label_maps(dataset: CocoDataset, content: CocoFile, why: str) -> None:
    folder = dataset.data_prefix.get('seg')
    if not folder:
        raise ValueError(
            f'{why}, but the data set of {dataset.ann_file} names no folder of them: '
            f"data_prefix=dict(..., seg='stuffthingmaps/train2017/'). {WITHOUT_SEMANTIC}"
        )
    _check_loads(dataset, 'with_seg', why)
    if dataset.backend_args:
        return  # on a file server, where a look at every name would take long
    if not os.path.isdir(folder):
        raise FileNotFoundError(f'{why}, but there is no folder {folder}. {WITHOUT_SEMANTIC}')
    names = {label_map_name(image['file_name'], dataset.seg_map_suffix) for image in content['images']}
    there = set(os.listdir(folder))
    missing = sorted(name for name in names - there if not os.path.exists(os.path.join(folder, name)))
    if missing:
        raise FileNotFoundError(
            f'{why}, but {len(missing)} of {len(names)} are not in {folder}: {shorten(missing, 3)}. {WITHOUT_SEMANTIC}'
        )
