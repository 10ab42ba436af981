"""What ``mim search`` finds of us."""

from pathlib import Path

import pytest
from modelindex.load_model_index import load

from mmvpt.analysis.count import count_config

ROOT = Path(__file__).resolve().parents[2]
INDEX = load(str(ROOT))
MODELS = {model.name: model for model in INDEX.models}


def test_the_index_begins_with_the_system_of_the_papers_and_shows_some_of_every_kind():
    assert next(iter(MODELS)) == 'setr_vpt_ade20k'
    assert 15 <= len(MODELS) <= 20
    assert {model.metadata.data['Training Data'] for model in MODELS.values()} == {
        'ADE20K',
        'COCO',
        'CIFAR-100',
        'CUB-200-2011',
    }


def test_the_index_is_sound_and_every_collection_has_a_model_and_a_paper():
    assert INDEX.check(silent=True) == []
    papers = {collection.name: collection.paper for collection in INDEX.collections}
    assert set(papers) == {model.in_collection for model in MODELS.values()}
    assert papers.pop('Baselines') is None
    assert all(paper['Title'] and paper['URL'].startswith('https://arxiv.org/abs/') for paper in papers.values())


@pytest.mark.parametrize('name', MODELS)
def test_a_model_has_the_config_and_the_parameters_that_the_index_says(name):
    model = MODELS[name]
    assert model.config == f'configs/{name}.py'
    if model.metadata.data['Training Data'] == 'COCO':
        pytest.importorskip('mmdet')
    count = count_config(str(ROOT / model.config))
    stated = (model.metadata.data['Parameters'], model.metadata.data['Trained Parameters'])
    assert (count.total, count.trained) == stated


def test_no_results_and_no_weights_are_claimed():
    assert not any(model.results or model.weights for model in MODELS.values())
