"""Write a model of timm as each project itself would have saved it, so that nothing has to be downloaded."""

from __future__ import annotations

import re

import numpy as np
import torch
from safetensors.torch import save_file


def write_timm(vit, path):
    torch.save(vit.state_dict(), path)


def write_deit(vit, path):
    torch.save({'model': vit.state_dict()}, path)


def write_mae(vit, path):
    decoder = {
        'mask_token': torch.randn(1, 1, 8),
        'decoder_pos_embed': torch.randn(1, 17, 8),
        'decoder_embed.weight': torch.randn(8, vit.embed_dim),
        'decoder_blocks.0.norm1.weight': torch.randn(8),
        'decoder_norm.bias': torch.randn(8),
        'decoder_pred.bias': torch.randn(768),
    }
    torch.save({'model': {**without_head(vit), **decoder}}, path)


def write_mocov3(vit, path):
    projector = {'head.0.weight': torch.randn(8, vit.embed_dim), 'head.1.running_mean': torch.randn(8)}
    base = {**without_head(vit), **projector}
    state = {f'module.base_encoder.{name}': value for name, value in base.items()}
    state |= {f'module.momentum_encoder.{name}': torch.randn_like(value) for name, value in base.items()}
    state |= {
        'module.predictor.0.weight': torch.randn(8, 8),
        'module.predictor.1.num_batches_tracked': torch.tensor(3),
    }
    torch.save({'epoch': 300, 'arch': 'vit_base', 'state_dict': state, 'optimizer': {'state': {}}}, path)


def write_hf_classifier(vit, path):
    state = {f'vit.{name}': value for name, value in hf_names(vit).items()}
    save_file({**state, 'classifier.weight': torch.randn(5, vit.embed_dim)}, path, {'format': 'pt'})


def write_hf_encoder(vit, path):
    width = vit.embed_dim
    save_file({**hf_names(vit), 'pooler.dense.weight': torch.randn(width, width)}, path, {'format': 'pt'})


def write_npz(vit, path):
    width, heads = vit.embed_dim, vit.blocks[0].attn.num_heads
    extra = {'head/kernel': np.zeros((width, 5)), 'pre_logits/kernel': np.zeros((width, width))}
    np.savez(path, **npz_arrays(without_head(vit), width, heads), **extra)


def write_microsoft_swin(swin, path):
    """Write a Swin as Microsoft does: patches merge at the end of a stage, and buffers are kept."""
    state = {}
    for name, value in swin.state_dict().items():
        name = re.sub(r'^layers\.(\d)\.downsample', lambda found: f'layers.{int(found[1]) - 1}.downsample', name)
        state[name.replace('head.fc.', 'head.')] = value
    for name, buffer in swin.named_buffers():
        state[name] = buffer
    assert any(name.endswith('attn_mask') for name in state)
    torch.save(dict(model=state, epoch=299), path)


def without_head(vit):
    return {name: value for name, value in vit.state_dict().items() if not name.startswith('head.')}


def hf_names(vit):
    state = {}
    for name, value in without_head(vit).items():
        for ours, theirs in HF.items():
            name = re.sub(ours, theirs, name)
        if 'qkv' in name:
            for part, tensor in zip(('query', 'key', 'value'), value.chunk(3), strict=True):
                state[name.replace('qkv', f'attention.{part}')] = tensor.clone()
        else:
            state[name] = value
    return state


HF = {
    'cls_token': 'embeddings.cls_token',
    'pos_embed': 'embeddings.position_embeddings',
    'patch_embed.proj': 'embeddings.patch_embeddings.projection',
    'blocks.': 'encoder.layer.',
    '^norm': 'layernorm',
    'norm1': 'layernorm_before',
    'attn.proj': 'attention.output.dense',
    'attn.qkv': 'attention.qkv',
    'norm2': 'layernorm_after',
    'mlp.fc1': 'intermediate.dense',
    'mlp.fc2': 'output.dense',
}  # fmt: skip


def npz_arrays(state, width, heads):
    """Undo, name by name, what torch does differently from JAX."""
    state = {name: value.numpy() for name, value in state.items()}
    arrays = {
        'cls': state['cls_token'],
        'Transformer/posembed_input/pos_embedding': state['pos_embed'],
        'embedding/kernel': state['patch_embed.proj.weight'].transpose(2, 3, 1, 0),
        'embedding/bias': state['patch_embed.proj.bias'],
        'Transformer/encoder_norm/scale': state['norm.weight'],
        'Transformer/encoder_norm/bias': state['norm.bias'],
    }
    depth = sum(name.endswith('norm1.weight') for name in state)
    for index in range(depth):
        theirs, ours = f'Transformer/encoderblock_{index}', f'blocks.{index}'
        for jax, torch_ in (('LayerNorm_0', 'norm1'), ('LayerNorm_2', 'norm2')):
            arrays[f'{theirs}/{jax}/scale'] = state[f'{ours}.{torch_}.weight']
            arrays[f'{theirs}/{jax}/bias'] = state[f'{ours}.{torch_}.bias']
        for jax, torch_ in (('Dense_0', 'mlp.fc1'), ('Dense_1', 'mlp.fc2')):
            arrays[f'{theirs}/MlpBlock_3/{jax}/kernel'] = state[f'{ours}.{torch_}.weight'].T
            arrays[f'{theirs}/MlpBlock_3/{jax}/bias'] = state[f'{ours}.{torch_}.bias']
        attention = f'{theirs}/MultiHeadDotProductAttention_1'
        weights = np.split(state[f'{ours}.attn.qkv.weight'], 3)
        biases = np.split(state[f'{ours}.attn.qkv.bias'], 3)
        for jax, weight, bias in zip(('query', 'key', 'value'), weights, biases, strict=True):
            arrays[f'{attention}/{jax}/kernel'] = weight.T.reshape(width, heads, width // heads)
            arrays[f'{attention}/{jax}/bias'] = bias.reshape(heads, width // heads)
        out = state[f'{ours}.attn.proj.weight'].T
        arrays[f'{attention}/out/kernel'] = out.reshape(heads, width // heads, width)
        arrays[f'{attention}/out/bias'] = state[f'{ours}.attn.proj.bias']
    return arrays
