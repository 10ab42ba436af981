"""MMCV's attention, which mmseg's ViT and others have."""

from __future__ import annotations

from mmcv.cnn.bricks.transformer import MultiheadAttention
from torch import Tensor, nn

from mmvpt.layers.attention import Extendable

from ..adopt import adopt


@adopt.register(MultiheadAttention)
class ExtendableMMCVAttention(Extendable, MultiheadAttention):
    """MMCV's attention through SDPA: ``nn.MultiheadAttention`` as MMCV calls it keeps every N x N map."""

    keeps_maps = True

    @classmethod
    def accepts(cls, attention: nn.Module) -> bool:
        return bool(attention.batch_first)

    def qkv_parameters(self) -> tuple[Tensor, Tensor | None]:
        return self.attn.in_proj_weight, self.attn.in_proj_bias

    @property
    def output_projection(self) -> nn.Linear:
        return self.attn.out_proj

    def forward(self, query: Tensor, identity: Tensor | None = None) -> Tensor:
        x = self.attend(query, self.attn.dropout if self.training else 0.0)
        identity = query if identity is None else identity
        return identity + self.dropout_layer(self.proj_drop(self.attn.out_proj(x)))
