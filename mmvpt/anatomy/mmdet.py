"""Anatomy of mmdet's own backbones."""

from mmdet.models.backbones import RegNet, ResNet, SwinTransformer

from .base import describe, offers
from .families import regnet, resnet, swin

describe.register(ResNet, offers('points')(resnet))
describe.register(RegNet, offers('points')(regnet))
describe.register(SwinTransformer, offers('points')(swin))
