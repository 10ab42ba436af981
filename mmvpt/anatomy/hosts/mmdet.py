"""mmdet: anatomies of its own backbones, and their attentions."""

from mmdet.models.backbones import RegNet, ResNet, SwinTransformer
from mmdet.models.backbones.swin import WindowMSA

from mmvpt.layers.attention import ExtendableWindow

from ..adopt import adopt
from ..describe import describe
from ..families import regnet, resnet, swin
from ..offers import offers

describe.register(ResNet, offers('outputs', 'points')(resnet))
describe.register(RegNet, offers('outputs', 'points')(regnet))
describe.register(SwinTransformer, offers('attention', 'ffn', 'outputs', 'points', 'sequence')(swin))


@adopt.register(WindowMSA)
class ExtendableDetWindow(ExtendableWindow, WindowMSA):
    """Window attention of mmdet's Swin."""
