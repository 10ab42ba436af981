"""Anatomy of mmdet's own backbones."""

from dataclasses import replace

from mmdet.models.backbones import RegNet, ResNet, SwinTransformer

from .base import Anatomy, describe, offers
from .families import regnet, resize_window, resnet, swin


@describe.register
@offers('points')
def _(backbone: SwinTransformer) -> Anatomy:
    return replace(swin(backbone), resize=resize_window)


describe.register(ResNet, offers('points')(resnet))
describe.register(RegNet, offers('points')(regnet))
