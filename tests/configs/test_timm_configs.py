"""What docs/guides/pretrained.md says of ViTs of timm holds: its names, and its way from the files of authors."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from mmengine.registry import MODELS

timm = pytest.importorskip('timm')
PAGE = Path(__file__).resolve().parents[2] / 'docs' / 'guides' / 'pretrained.md'
(REWRITE,) = re.findall(r'```python\n(import timm\n.*?)```', PAGE.read_text(), flags=re.DOTALL)


def test_every_name_of_the_page_is_one_that_timm_has_weights_for() -> None:
    cells = re.findall(r'^\| [\w-]+ \| (`(?:vit|eva02)_.*?) \|', PAGE.read_text(), flags=re.MULTILINE)
    names = [name for cell in cells for text in re.findall(r'`([\w.{},]+_[\w.{},]+)`', cell) for name in spelled(text)]
    assert len(names) == 8 + 3 + 4 + 4
    assert set(names) <= set(timm.list_pretrained())


def spelled(text: str) -> list[str]:
    """``a_{b,c}`` to ``a_b`` and ``a_c``."""
    found = re.search(r'\{([^}]*)\}', text)
    return (
        [name for part in found[1].split(',') for name in spelled(text.replace(found[0], part, 1))] if found else [text]
    )


def test_a_file_of_the_authors_is_rewritten_by_timm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DINOv2 with registers, as its authors name and place its tensors."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'pretrain').mkdir()
    name = 'vit_small_patch14_reg4_dinov2'
    theirs = timm.create_model(name, num_classes=0).state_dict()
    ours = dict(theirs)
    position = torch.randn(1, 1, 384)
    theirs['pos_embed'] = torch.cat([position, theirs['pos_embed']], dim=1)
    theirs['register_tokens'] = theirs.pop('reg_token')
    theirs['mask_token'] = torch.zeros(1, 384)
    torch.save(theirs, 'dinov2_vits14_reg4_pretrain.pth')
    exec(REWRITE, {})  # noqa: S102
    pretrained = dict(type='Pretrained', checkpoint='pretrain/dinov2-reg4-s14.safetensors')
    vit = MODELS.build(dict(type='mmvpt.TimmViT', model=name, init_cfg=pretrained))
    vit.init_weights()
    ours['cls_token'] = ours['cls_token'] + position
    assert all(torch.equal(value, ours[key]) for key, value in vit.state_dict().items())
