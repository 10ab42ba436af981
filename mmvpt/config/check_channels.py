"""Channels and numbers of outputs that a model's parts hand on to each other."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping

import torch
from mmengine.config import Config
from torch import Tensor, nn

from .problem import ConfigProblem, Group, groups, listed, value_at
from .trial import NOT_OF_CONFIG, quiet

#: Heads that read one output of the backbone, or some, by their number.
BY_INDEX = ('decode_head', 'auxiliary_head')
#: Heads that read each output.
EACH = ('rpn_head', 'bbox_head')
IMAGE_SIDE = 224
#: Steps behind which images have one size.
CROPS = ('RandomResizedCrop', 'RandomCrop', 'CenterCrop')


def check_channels(config: Config, model: nn.Module) -> Iterator[ConfigProblem]:
    """Yield channels and numbers of outputs that differ between a backbone, necks and heads.

    Args:
        config: Of the model.
        model: Built without memory.
    """
    backbone, part = getattr(model.to('meta').eval(), 'backbone', None), config.model
    if not isinstance(backbone, nn.Module):
        return
    yield from _check_image(config, backbone)
    features = _maps(backbone, _image(config))
    if features is None:
        return
    if (neck := part.get('neck')) and isinstance(built := model.neck, nn.Module):
        for path, first in list(groups('model.neck', neck))[:1]:
            yield from _check_neck(path, first, features) or _check_shapes(built, tuple(features))
        features = _maps(built, tuple(features))
    if features is None:
        return
    source = 'the neck gives' if neck else 'the backbone gives'
    for name in BY_INDEX:
        heads = part.get(name)
        for path, head in groups(f'model.{name}', heads):
            yield from _check_index(path, head, features)
    for name in EACH:
        if isinstance(head := part.get(name), Mapping):
            yield from _compare(f'model.{name}.in_channels', head.get('in_channels'), features[-1], 'it gets maps of')
            yield from _check_levels(f'model.{name}', head, features)
    if isinstance(head := part.get('head'), Mapping) and isinstance(head.get('in_channels'), int):
        yield from _compare('model.head.in_channels', head['in_channels'], features[-1], source)
    if isinstance(roi := part.get('roi_head'), Mapping):
        yield from _check_roi(roi, features)
        yield from _check_semantic(roi, features)


def _image(config: Config) -> Tensor:
    """An image of the size that the backbone is meant for."""
    parts = ('data_preprocessor.size', 'backbone.tuner.img_size', 'backbone.backbone.img_size', 'backbone.img_size')
    size = listed(next((size for place in parts if (size := value_at(config, f'model.{place}'))), IMAGE_SIDE))
    height, width = (side if isinstance(side, int) else IMAGE_SIDE for side in (size[0], size[-1]))
    return torch.zeros(2, 3, height, width, device='meta')


def _check_image(config: Config, backbone: nn.Module) -> Iterator[ConfigProblem]:
    """Images of a size that a tuner cannot take, where the last crop of the pipeline says what size they are."""
    steps = value_at(config, 'train_dataloader.dataset.pipeline')
    crops = [step for step in listed(steps) if isinstance(step, Mapping) and step.get('type') in CROPS]
    sizes = [listed(step.get('crop_size', step.get('scale'))) for step in crops]
    sides = [side for side in (sizes[-1] if sizes else []) if isinstance(side, int)]
    if not sides:
        return
    height, width = sides[0], sides[-1]
    try:
        with torch.no_grad(), torch.device('meta'), quiet():
            backbone(torch.zeros(2, 3, height, width, device='meta'))
    except ValueError as error:
        if '/mmvpt/tuners/' in traceback.extract_tb(error.__traceback__)[-1].filename.replace('\\', '/'):
            yield ConfigProblem(
                'model.backbone.tuner', f'images of the pipeline have {height} x {width} pixels. {error}'
            )
    except Exception:  # it needs values, or does not fit: what can be told of that is told otherwise
        return


def _check_shapes(neck: nn.Module, given: tuple[Tensor, ...]) -> Iterator[ConfigProblem]:
    """A neck for outputs of another shape, which the operators of torch refuse."""
    if all(output.dim() == 4 for output in given):
        return  # whether maps are large enough depends on the images
    try:
        with torch.no_grad(), torch.device('meta'), quiet():
            neck(given)
    except (RuntimeError, IndexError, ValueError) as error:
        where = traceback.extract_tb(error.__traceback__)[-1].filename.replace('\\', '/')
        if '/torch/' in where and not NOT_OF_CONFIG.search(str(error)):
            shapes = ', '.join(str(tuple(output.shape)) for output in given)
            says = f'it cannot take outputs of shapes {shapes} from the backbone ({error}).'
            yield ConfigProblem('model.neck', f'{says} Take another neck, or neck=None.')
    except Exception:  # it needs values
        return


def _maps(module: Callable[..., object], given: object) -> list[Tensor] | None:
    """What a module gives, if that can be known without values."""
    try:
        with torch.no_grad(), torch.device('meta'), quiet():
            found = module(given)
    except Exception:  # it needs values, or does not fit: what can be told of that is told otherwise
        return None
    last = [listed(item)[-1] for item in listed(found) if not isinstance(item, list | tuple) or item]
    tensors = [item for item in last if isinstance(item, Tensor) and item.dim() > 1]
    return tensors if tensors and len(tensors) == len(last) else None


def _width(feature: Tensor) -> int:
    return feature.shape[-1] if feature.dim() == 3 else feature.shape[1]


def _compare(path: str, given: object, feature: Tensor, says: str) -> Iterator[ConfigProblem]:
    if isinstance(given, int) and given != _width(feature):
        yield ConfigProblem(path, f'{given}, but {says} {_width(feature)} channels. Set it to {_width(feature)}.')


def _check_neck(path: str, neck: Group, features: list[Tensor]) -> list[ConfigProblem]:
    """A neck that reads all outputs of the backbone."""
    given, widths = neck.get('in_channels'), [_width(feature) for feature in features]
    comparable = isinstance(given, list | tuple) and (len(given) == len(widths) or neck.get('type') == 'FPN')
    if not comparable or listed(given) in (widths, widths[::-1]):  # YOLO's begins at the last
        return []
    return [ConfigProblem(f'{path}.in_channels', f'{listed(given)}, but the backbone gives {widths}. Set it to these.')]


def _check_index(path: str, head: Group, features: list[Tensor]) -> Iterator[ConfigProblem]:
    """A head that names the outputs it reads, one or several."""
    last = len(features) - 1
    chosen, given = listed(head.get('in_index', -1)), listed(head.get('in_channels'))
    for index, channels in zip(chosen, given, strict=False) if len(chosen) == len(given) else ():
        if not isinstance(index, int):
            continue
        if not -len(features) <= index <= last:
            says = f'{index}, but the backbone gives {len(features)} outputs (its out_indices). Possible: 0 to {last}.'
            yield ConfigProblem(f'{path}.in_index', says)
        else:
            yield from _compare(f'{path}.in_channels', channels, features[index], f'output {index} of the backbone has')


def _check_levels(path: str, head: Group, features: list[Tensor]) -> Iterator[ConfigProblem]:
    strides = value_at(head, 'anchor_generator.strides')
    if isinstance(strides, list | tuple) and len(strides) != len(features):
        yield ConfigProblem(
            f'{path}.anchor_generator.strides',
            f'{len(strides)} of them, but the head gets {len(features)} maps, the num_outs of the neck. Give as many.',
        )


def _check_semantic(roi: Group, features: list[Tensor]) -> Iterator[ConfigProblem]:
    """A head that reads all maps, and joins them at the level of one."""
    semantic, path = roi.get('semantic_head'), 'model.roi_head.semantic_head'
    if isinstance(semantic, Mapping) and isinstance(level := semantic.get('fusion_level'), int):
        if level >= len(features):
            last = len(features) - 1
            yield ConfigProblem(
                f'{path}.fusion_level', f'{level}, but there are {len(features)} maps. Possible: 0 to {last}.'
            )
        else:
            yield from _compare(f'{path}.in_channels', semantic.get('in_channels'), features[level], 'it gets maps of')


def _check_roi(roi: Group, features: list[Tensor]) -> Iterator[ConfigProblem]:
    """What heads of regions read: extractors from maps, and heads from extractors."""
    for kind in ('bbox', 'mask'):
        extractor = roi.get(f'{kind}_roi_extractor') or (roi.get('bbox_roi_extractor') if kind == 'mask' else None)
        width = extractor.get('out_channels') if isinstance(extractor, Mapping) else None
        path = f'model.roi_head.{kind}_roi_extractor.out_channels'
        yield from _compare(path, width, features[0], 'it gets maps of')
        if 'shared_head' in roi or not isinstance(width, int):
            continue
        for place, head in groups(f'model.roi_head.{kind}_head', roi.get(f'{kind}_head')):
            given = head.get('in_channels')
            if isinstance(given, int) and given != width:
                yield ConfigProblem(
                    f'{place}.in_channels', f'{given}, but its extractor gives {width} channels. Set it to {width}.'
                )
