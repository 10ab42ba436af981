"""The docs are correct: examples run, links lead somewhere, commands exist, tables name what there is."""

from __future__ import annotations

import importlib
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope

import mmvpt.registry
import mmvpt.tuners
from mmvpt.analysis.count import count_config
from mmvpt.cli import VERBS
from mmvpt.config.find import list_names
from mmvpt.models import TunedBackbone

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / 'docs'
PAGES = [ROOT / 'README.md', ROOT / 'CONTRIBUTING.md', *sorted(DOCS.rglob('*.md'))]
of_pages = pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)


def python_blocks(page: Path) -> list[str]:
    return re.findall(r'```python\n(.*?)```', page.read_text(), flags=re.DOTALL)


def test_the_config_of_the_readme_tunes_a_stock_config(tmp_path: Path) -> None:
    path = tmp_path / 'my_config.py'
    path.write_text(python_blocks(ROOT / 'README.md')[0])
    config = Config.fromfile(path)
    init_default_scope(config.default_scope)
    model = MODELS.build(config.model)
    assert isinstance(model.backbone, TunedBackbone)
    assert model.backbone.backbone.init_cfg['checkpoint'] == 'my_deit.pth'
    trained = sum(param.numel() for param in model.backbone.parameters() if param.requires_grad)
    assert trained == 12 * 10 * 768


def test_the_config_of_the_guide_has_its_classes_everywhere(tmp_path: Path) -> None:
    path = tmp_path / 'beach.py'
    path.write_text(python_blocks(DOCS / 'guides' / 'tune.md')[0])
    config = Config.fromfile(path)
    heads = [config.model.decode_head, *config.model.auxiliary_head]
    assert [head.num_classes for head in heads] == [3] * 4
    for loader in (config.train_dataloader, config.val_dataloader, config.test_dataloader):
        assert loader.dataset.type == 'BaseSegDataset'
        assert len(loader.dataset.metainfo.classes) == 3
    init_default_scope(config.default_scope)
    with torch.device('meta'):
        assert MODELS.build(config.model).auxiliary_head[2].conv_seg.out_channels == 3


def test_the_config_of_the_page_on_pro_tuning_tunes_a_stock_detector(tmp_path: Path) -> None:
    pytest.importorskip('mmdet')
    path = tmp_path / 'my_detector.py'
    path.write_text(python_blocks(DOCS / 'methods' / 'protuning.md')[0])
    count = count_config(str(path))
    assert (count.backbone, count.tuner) == (0, 3_612_404)


def test_the_method_of_the_guide_for_extending_works() -> None:
    names: dict = {}
    exec(python_blocks(DOCS / 'guides' / 'extend.md')[0], names)  # noqa: S102
    arch = dict(embed_dims=32, num_layers=2, num_heads=2, feedforward_channels=64)
    vit = dict(type='mmpretrain.VisionTransformer', arch=arch, img_size=32, patch_size=8)
    tuned = TunedBackbone(vit, dict(type='BlockScales')).eval()
    image = torch.randn(1, 3, 32, 32)
    assert torch.equal(tuned(image)[-1], tuned.backbone(image)[-1])
    before = tuned(image)[-1]
    with torch.no_grad():
        tuned.tuner.scales[0].factors.normal_()
    assert not torch.allclose(tuned(image)[-1], before)
    mmvpt.registry.MODELS.module_dict.pop('BlockScales')  # other tests list what is registered


@of_pages
def test_links_lead_somewhere(page: Path) -> None:
    """A file, and in a page the heading."""
    links = [(page.parent / file if file else page, anchor) for file, anchor in links_of(page)]
    assert [str(target) for target, _ in links if not target.exists()] == []
    assert [f'{target.name}#{anchor}' for target, anchor in links if anchor and anchor not in anchors(target)] == []


def links_of(page: Path) -> list[tuple[str, str]]:
    """Files and headings that a page links to."""
    return re.findall(r'\]\(([^)#:]*)#?([^):]*)\)', page.read_text())


def anchors(page: Path) -> set[str]:
    """What a link calls the headings of a page: lower case, hyphens for spaces, letters, digits and hyphens alone."""
    prose = re.sub(r'^```.*?^```$', '', page.read_text(), flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r'^#+ (.*)$', prose, flags=re.MULTILINE)
    return {re.sub(r'[^\w-]', '', title.lower().replace(' ', '-')) for title in titles}


def test_the_index_has_a_line_for_every_page() -> None:
    index = DOCS / 'index.md'
    lines = re.findall(r'^- \[([^\]]*)\]\(([^)]*)\): .', index.read_text(), flags=re.MULTILINE)
    assert sorted(DOCS / link for _, link in lines) == sorted(set(DOCS.rglob('*.md')) - {index})
    assert [name for name, link in lines if name not in link] == []


def test_every_page_is_in_a_folder_and_the_readme_leads_to_the_index() -> None:
    folders = {path.relative_to(DOCS).parts[0] for path in DOCS.rglob('*.md')} - {'index.md'}
    assert folders == {'get_started', 'guides', 'methods', 'reference', 'results', 'decisions'}
    assert ('docs/index.md', '') in links_of(ROOT / 'README.md')


@of_pages
def test_verbs_that_pages_name_exist(page: Path) -> None:
    assert set(re.findall(r'python -m mmvpt ([a-z]\w*)', page.read_text())) <= set(VERBS)


@pytest.mark.parametrize('page', [page for page in PAGES if '```bash' in page.read_text()], ids=lambda page: page.name)
def test_options_that_pages_show_exist(page: Path) -> None:
    for verb, options in commands_of(page):
        help_of_verb = importlib.import_module(f'mmvpt.cli.{verb}').make_parser(None).format_help()
        assert (verb, options - set(re.findall(r'--[\w-]+', help_of_verb))) == (verb, set())


def commands_of(page: Path) -> Iterator[tuple[str, set[str]]]:
    """Verbs in blocks of commands, with their options; a file of ``tools/`` is a verb under another name."""
    for block in re.findall(r'```bash\n(.*?)```', page.read_text(), flags=re.DOTALL):
        for line in block.replace('\\\n', ' ').splitlines():
            command = line.partition('  #')[0]
            named = re.match(r'(?:\w+=\S+ )*python (?:-m mmvpt (\w+)|(tools/[\w/]+\.py))(.*)', command)
            if named and (verb := named[1] or verb_of(ROOT / named[2])) and verb != 'host':
                yield verb, set(re.findall(r' (--[\w-]+)', named[3]))


def verb_of(tool: Path) -> str | None:
    """The verb that a file of ``tools/`` runs."""
    found = re.search(r"run_verb, '(\w+)'\)", tool.read_text())
    return found[1] if found else None


@of_pages
def test_files_that_pages_name_exist(page: Path) -> None:
    named = re.findall(r'\b(?:configs|tools|tests|mmvpt|requirements)/[\w./{},-]*\.(?:py|sh|txt)', page.read_text())
    missing = [path for name in named for path in expand(name) if not (ROOT / path).exists()]
    assert [path for path in missing if 'block_scales' not in path] == []  # the example of docs/guides/extend.md


@of_pages
def test_configs_that_pages_name_exist(page: Path) -> None:
    named = re.findall(r'mmvpt::([\w{},-]+_[a-z0-9]+)(?:\.py)?\b(?!/)', page.read_text())
    missing = {name for name in named for name in expand(name)} - set(list_names())
    assert missing - {'vit_lora_birds'} == set()  # the example of docs/guides/recipes.md


def expand(name: str) -> list[str]:
    """``a/{b,c}.py`` to ``a/b.py`` and ``a/c.py``."""
    pieces = re.split(r'\{([^}]*)\}', name)
    options = [piece.split(',') if index % 2 else [piece] for index, piece in enumerate(pieces)]
    return [''.join(choice) for choice in itertools.product(*options)]


def test_the_readme_has_a_line_for_every_tuner_and_every_showcase() -> None:
    readme = (ROOT / 'README.md').read_text()
    tuners = set(mmvpt.tuners.__all__) - {'Tuner', 'TunerList', 'build_tuner'}
    assert [name for name in tuners if f'| `{name}`' not in readme] == []
    named = re.findall(r'configs/[\w{},-]*\.py', readme)
    showcases = {f'configs/{path.name}' for path in (ROOT / 'configs').glob('*.py')}
    assert showcases == {path for name in named for path in expand(name)}


def test_the_readme_has_a_line_for_every_verb_with_its_tool() -> None:
    rows = re.findall(
        r'^\| `(\w+)` \| (.*) \| (?:`tools/(\S+)`)? ?\|$', (ROOT / 'README.md').read_text(), flags=re.MULTILINE
    )
    assert {verb: what for verb, what, _ in rows} == VERBS
    for verb, _, tool in rows:
        assert not tool or f"run_verb, '{verb}')" in (ROOT / 'tools' / tool).read_text()
