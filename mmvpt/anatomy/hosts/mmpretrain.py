"""mmpretrain: anatomies of its backbones, and their attentions."""

from dataclasses import replace

import torch
from mmpretrain.models import BEiTViT, ConvNeXt, MAEViT, RegNet, ResNet, SwinTransformer, VisionTransformer, ViTEVA02
from mmpretrain.models.backbones.resnet_cifar import ResNet_CIFAR
from mmpretrain.models.utils import BEiTAttention, MultiheadAttention, WindowMSA
from torch import Tensor, nn

from mmvpt.layers.attention import Extendable, ExtendableWindow

from ..adopt import adopt
from ..anatomy import Anatomy
from ..describe import describe
from ..families import regnet, resnet, swin, vit
from ..offers import offers
from ..points import MapPoint
from ..site import Block


@describe.register
@offers('attention', 'ffn', 'outputs', 'points', 'sequence', 'tokens')
def _(backbone: VisionTransformer) -> Anatomy:
    """ViT, DeiT (also distilled), DeiT-III and MoCo v3."""
    blocks = [
        Block(layer, dim=backbone.embed_dims, norm=layer.ln1, attention=layer.attn, ffn=layer.ffn.gamma2)
        for layer in backbone.layers
    ]
    return _anatomy(backbone, blocks)


@describe.register
@offers('attention', 'ffn', 'outputs', 'points', 'sequence', 'tokens')
def _(beit: BEiTViT) -> Anatomy:
    blocks = [
        Block(
            layer,
            dim=beit.embed_dims,
            norm=layer.ln1,
            attention=layer.attn,
            ffn=layer.ffn,  # its layer scale comes later and is no module
            fixed_length=layer.attn.use_rel_pos_bias or beit.rel_pos_bias is not None,
        )
        for layer in beit.layers
    ]
    return _anatomy(beit, blocks)


@describe.register
@offers('attention', 'ffn', 'outputs', 'points', 'sequence', 'tokens')
def _(mae: MAEViT) -> Anatomy:
    """MAE's encoder masks patches unless it is told not to."""
    return replace(describe.dispatch(VisionTransformer)(mae), options=dict(mask=None))


@describe.register
@offers('ffn', 'outputs', 'points', 'sequence', 'tokens')
def _(eva: ViTEVA02) -> Anatomy:
    """Rotary positions apply to every key, so prompts cannot be keys here: its attention is not known."""
    return _anatomy(eva, [Block(layer, dim=eva.embed_dims, ffn=layer.mlp) for layer in eva.layers])


def _anatomy(backbone: VisionTransformer | BEiTViT, blocks: list[Block]) -> Anatomy:
    names = ('ln1', 'ln2')  # of the tokens, of their average
    norms = [getattr(backbone, name) for name in names if hasattr(backbone, name)]
    averages = getattr(backbone, 'out_type', None) == 'avg_featmap'  # by a norm that a file of MAE's pretraining lacks
    tokens = [getattr(backbone, name, None) for name in ('cls_token', 'dist_token')]
    return replace(
        vit(backbone, blocks, backbone.num_extra_tokens, last_norm=getattr(backbone, 'ln1', None)),
        norms=norms,
        optional=['ln2'] if averages else [],
        tokens=[token for token in tokens if token is not None],
        patch_size=backbone.patch_embed.projection.kernel_size[0],
    )


describe.register(ResNet, offers('outputs', 'points')(resnet))
describe.register(RegNet, offers('outputs', 'points')(regnet))
describe.register(ResNet_CIFAR, offers('outputs', 'points')(regnet))
describe.register(SwinTransformer, offers('attention', 'ffn', 'outputs', 'points', 'sequence')(swin))


@describe.register
@offers('outputs', 'points')
def _(convnext: ConvNeXt) -> Anatomy:
    """ConvNeXt and ConvNeXt V2. The norm of a stage is the output's alone: the next stage takes the map before it."""
    stages = [
        [Block(block, dim=width) for block in stage]
        for stage, width in zip(convnext.stages, convnext.channels, strict=True)
    ]
    modules = [convnext.downsample_layers[0], *convnext.stages]  # the stem, then what ends the stages
    widths = [convnext.channels[0], *convnext.channels]
    names = [f'norm{index}' for index in convnext.out_indices]
    return Anatomy(
        convnext,
        stages=stages,
        points=[MapPoint(module, width) for module, width in zip(modules, widths, strict=True)],
        outputs=[convnext.channels[index] for index in convnext.out_indices],
        norms=[getattr(convnext, name) for name in names],
        optional=[name for name in names if name != f'norm{convnext.num_stages - 1}'],
        patch_size=convnext.downsample_layers[0][0].kernel_size[0],
    )


@adopt.register(MultiheadAttention)
class ExtendableMultiheadAttention(Extendable, MultiheadAttention):
    """Attention of mmpretrain's ViT; with nothing beyond the original, exactly that."""

    @classmethod
    def accepts(cls, attention: nn.Module) -> bool:
        return not attention.v_shortcut

    def qkv_parameters(self) -> tuple[Tensor, Tensor | None]:
        return self.qkv.weight, self.qkv.bias

    def forward(self, x: Tensor) -> Tensor:
        if not self.extended:
            return super().forward(x)
        x = self.attend(x, self.attn_drop if self.training else 0.0)
        return self.out_drop(self.gamma1(self.proj_drop(self.proj(x))))


@adopt.register(BEiTAttention)
class ExtendableBEiTAttention(Extendable, BEiTAttention):
    """Attention of BEiT, whose position bias covers the image's own tokens only."""

    def qkv_parameters(self) -> tuple[Tensor, Tensor | None]:
        if self.bias == 'qv_bias':
            return self.qkv.weight, torch.cat((self.q_bias, torch.zeros_like(self.v_bias), self.v_bias))
        return self.qkv.weight, self.qkv.bias

    def position_bias(self) -> Tensor | None:
        """Learnt bias between the tokens of an image: (heads, N, N)."""
        if self.relative_position_bias_table is None:
            return None
        return self.relative_position_bias_table[self.relative_position_index].permute(2, 0, 1)

    def forward(self, x: Tensor, rel_pos_bias: Tensor | None = None) -> Tensor:
        if not self.extended:
            return super().forward(x, rel_pos_bias)
        bias = self.position_bias() if rel_pos_bias is None else rel_pos_bias  # BEiT has the one or the other
        x = self.attend(x, self.attn_drop.p if self.training else 0.0, bias, self.scale)
        return self.proj_drop(self.proj(x))


@adopt.register(WindowMSA)
class ExtendablePretrainWindow(ExtendableWindow, WindowMSA):
    """Window attention of mmpretrain's Swin."""
