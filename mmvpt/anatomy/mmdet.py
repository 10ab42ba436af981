"""Anatomy of mmdet's own backbones."""

from mmdet.models.backbones import RegNet, ResNet, SwinTransformer
from mmdet.models.backbones.swin import WindowMSA

from mmvpt.layers.attention import KEEPS_MAPS, Extendable, ExtendableWindow, adopt, adopt_as

from .base import describe, offers
from .families import regnet, resnet, swin

describe.register(ResNet, offers('outputs', 'points')(resnet))
describe.register(RegNet, offers('outputs', 'points')(regnet))
describe.register(SwinTransformer, offers('attention', 'ffn', 'outputs', 'points', 'sequence')(swin))


class ExtendableWindowMSA(ExtendableWindow, WindowMSA):
    """Window attention of mmdet's Swin."""


@adopt.register
def _(attention: WindowMSA) -> Extendable:
    return adopt_as(ExtendableWindowMSA, WindowMSA, attention)


KEEPS_MAPS.append(WindowMSA)
