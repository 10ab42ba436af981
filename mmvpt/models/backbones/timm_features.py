"""Feature maps, a class token or a pooled vector of a ViT of timm, as heads of the hosts want them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor, nn

from mmvpt.anatomy import describe
from mmvpt.models.pretrained import load_pretrained, split_init_cfg

#: How names of parameters begin that act before the first block.
BEFORE_BLOCKS = ('patch_embed.', 'cls_token', 'reg_token', 'pos_embed', 'norm_pre.', 'rope.')


class TimmFeatures(nn.Module):
    """Mix-in for a ViT of timm that returns features of some of its layers."""

    init_cfg: dict | None
    out_indices: tuple[int, ...]
    out_type: str

    blocks: nn.Sequential
    cls_token: nn.Parameter | None
    fc_norm: nn.Module
    attn_pool: nn.Module | None
    global_pool: str
    num_prefix_tokens: int
    forward_intermediates: Callable[..., tuple[Tensor, list[Tensor]]]
    forward_head: Callable[..., Tensor]

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Features of the image, one tensor for each of ``out_indices``."""
        early = self.out_indices[-1] < len(self.blocks) - 1
        final, maps = self.forward_intermediates(image, indices=list(self.out_indices), stop_early=early)
        return OUT_TYPES[self.out_type](self, final, maps)

    def get_layer_depth(self, param_name: str, prefix: str = '') -> tuple[int, int]:
        """Depth of a parameter for a learning rate that decays by layers, and how many depths there are.

        As in mmpretrain's ViT: what comes before the blocks has 0, block i has i + 1, and the rest is the deepest.
        """
        depths = len(self.blocks) + 2
        inside, name = param_name.startswith(prefix), param_name.removeprefix(prefix)
        if inside and name.startswith(BEFORE_BLOCKS):
            return 0, depths
        if inside and name.startswith('blocks.'):
            return int(name.split('.')[1]) + 1, depths
        return depths - 1, depths

    def init_weights(self, *args: object, **kwargs: object) -> None:
        """Draw weights as timm does, then load the pretrained file, if there is one."""
        super().init_weights(*args, **kwargs)  # type: ignore[misc]
        pretrained, _ = split_init_cfg(self.init_cfg)
        if pretrained:
            load_pretrained(self, **pretrained, resize=describe(self).resize)

    def require_possible(self, name: str) -> None:
        """Refuse outputs that this ViT cannot give."""
        possible = ['featmap']
        if self.out_indices == (len(self.blocks) - 1,):
            possible += ['cls_token'] if self.cls_token is not None else []
            possible += ['pooled'] if self.global_pool else []
        if self.out_type not in possible:
            raise ValueError(
                f'{name} cannot give out_type={self.out_type!r} of layers {self.out_indices}. Possible: '
                f'{", ".join(possible)}; cls_token (of a ViT that has one) and pooled come from the last layer alone.'
            )


def ascending(out_indices: int | Sequence[int], depth: int) -> tuple[int, ...]:
    """Indices of layers counted from the first, or a ``ValueError`` that says which there are."""
    given = [out_indices] if isinstance(out_indices, int) else list(out_indices)
    indices = [index + depth if index < 0 else index for index in given]
    if not indices or indices != sorted(set(indices)) or not 0 <= indices[0] <= indices[-1] < depth:
        raise ValueError(
            f'out_indices={out_indices!r} are no ascending layers of a ViT of {depth}. '
            f'There are 0 to {depth - 1}, or -{depth} to -1.'
        )
    return tuple(indices)


def _featmaps(vit: TimmFeatures, final: Tensor, maps: list[Tensor]) -> tuple[Tensor, ...]:
    if vit.out_indices[-1] == len(vit.blocks) - 1:
        patches = vit.fc_norm(final)[:, vit.num_prefix_tokens :]
        maps = [*maps[:-1], patches.transpose(1, 2).reshape(maps[-1].shape)]
    return tuple(maps)


def _cls_token(vit: TimmFeatures, final: Tensor, maps: list[Tensor]) -> tuple[Tensor, ...]:
    return (vit.fc_norm(final)[:, 0],)


def _pooled(vit: TimmFeatures, final: Tensor, maps: list[Tensor]) -> tuple[Tensor, ...]:
    return (vit.forward_head(final, pre_logits=True),)


OUT_TYPES: dict[str, Callable[[TimmFeatures, Tensor, list[Tensor]], tuple[Tensor, ...]]] = {
    'featmap': _featmaps,
    'cls_token': _cls_token,
    'pooled': _pooled,
}
