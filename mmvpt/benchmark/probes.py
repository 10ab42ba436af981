"""Linear probes of a base: what its frozen features tell of pictures with forms, textures and factors that are withheld
from the pretext of our bases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context

import numpy as np
import torch
from rich.progress import track
from torch import Tensor, nn

from mmvpt.analysis.ridge import accuracy, explained
from mmvpt.datasets.clutter import draw_picture, read_factors, render
from mmvpt.datasets.clutter.drawn import make_parts
from mmvpt.datasets.clutter.pretext import SEEN, WITHHELD_FORMS, WITHHELD_TEXTURES, patch_targets

#: What pictures of the probes are drawn from: nothing in them was in a picture of the pretext.
PROBED = replace(
    SEEN,
    forms=WITHHELD_FORMS,
    textures=WITHHELD_TEXTURES,
    ground_textures=WITHHELD_TEXTURES,
)
PROBE_SEED = 1_000
NUM_TRAIN, NUM_TEST = 2000, 1000
GRID = 8
#: What is asked of a whole picture.
ASKED_WORDS = ('form', 'texture', 'ground_texture')
ASKED_NUMBERS = ('num_things', 'x', 'y', 'size', 'turn', 'visible', 'covered', 'num_fragments', 'motion')

#: Given images, (batch, 3, side, side), from 0 to 255, returns features of pictures by name, (batch, channels), and of
#: their patches, (batch, GRID * GRID, channels).
ReadFeatures = Callable[[Tensor], tuple[Mapping[str, Tensor], Tensor]]


@dataclass(frozen=True)
class ProbeData:
    """Pictures of the probes, and what is asked of them."""

    images: Tensor
    words: Mapping[str, Tensor]
    numbers: Mapping[str, Tensor]
    patches: Mapping[str, Tensor]


def draw_probe_data(number: int = NUM_TRAIN + NUM_TEST, workers: int = 2) -> ProbeData:
    """Draw all pictures of the probes."""
    make_parts(PROBED)
    with ProcessPoolExecutor(workers, mp_context=get_context('fork')) as pool:
        drawn = pool.map(_draw, range(number), chunksize=50)
        rows = list(track(drawn, f'Drawing {number:,} pictures for the probes', total=number))
    images, factors, patches = zip(*rows, strict=True)
    return ProbeData(
        images=torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2),
        words={name: _number([row[name] for row in factors]) for name in ASKED_WORDS},
        numbers={name: torch.tensor([float(row[name]) for row in factors]) for name in ASKED_NUMBERS},
        patches={name: torch.from_numpy(np.stack([row[name] for row in patches])) for name in patches[0]},
    )


def _draw(index: int) -> tuple:
    picture = draw_picture(PROBED, PROBE_SEED, index)
    rendering = render(picture)
    return rendering.image, read_factors(picture, rendering), patch_targets(picture, rendering, GRID, PROBED)


def _number(words: Iterable[object]) -> Tensor:
    words = list(words)
    places = {word: place for place, word in enumerate(sorted(set(map(str, words))))}
    return torch.tensor([places[str(word)] for word in words])


@torch.no_grad()
def probe(read: ReadFeatures, data: ProbeData, batch_size: int = 100) -> dict[str, dict[str, float]]:
    """Probe features; figures by kind of feature and by what is asked.

    Words and forms at patches are percent of right answers, numbers percent of explained variance.
    """
    batches = [read(images.float()) for images in track(data.images.split(batch_size), 'Features of the probes')]
    kinds = {kind: torch.cat([pictures[kind] for pictures, _ in batches]) for kind in batches[0][0]}
    patches = torch.cat([of_batch for _, of_batch in batches])
    found = {kind: _probe_pictures(features, data) for kind, features in kinds.items()}
    found['patches'] = _probe_patches(patches, data)
    return found


def _probe_pictures(features: Tensor, data: ProbeData) -> dict[str, float]:
    parts = partial(_split, len(features) * NUM_TRAIN // (NUM_TRAIN + NUM_TEST))
    words = {name: accuracy(*parts(features, labels)) for name, labels in data.words.items()}
    return words | {name: explained(*parts(features, numbers)) for name, numbers in data.numbers.items()}


def _probe_patches(patches: Tensor, data: ProbeData) -> dict[str, float]:
    parts = partial(_split, len(patches) * NUM_TRAIN // (NUM_TRAIN + NUM_TEST))
    flat = {name: [part.flatten(0, 1) for part in parts(patches, data.patches[name])] for name in data.patches}
    features, forms, new, new_forms = flat['forms']
    shown, new_shown = forms < len(PROBED.forms), new_forms < len(PROBED.forms)
    (_, textures, _, new_textures), (_, covered, _, new_covered) = flat['textures'], flat['covered']
    return {
        'form': accuracy(features[shown], forms[shown], new[new_shown], new_forms[new_shown]),
        'texture': accuracy(features[shown], textures[shown], new[new_shown], new_textures[new_shown]),
        'covered': explained(features, covered, new, new_covered),
    }


def _split(place: int, features: Tensor, targets: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return features[:place], targets[:place], features[place:], targets[place:]


def reader_of(backbone: nn.Module, mean: Iterable[float], std: Iterable[float]) -> ReadFeatures:
    """Read the features of a backbone that returns tokens, the class token first, or maps."""
    centre, scale = (torch.tensor(list(values)).view(1, -1, 1, 1) for values in (mean, std))

    def read(images: Tensor) -> tuple[Mapping[str, Tensor], Tensor]:
        outputs = backbone((images - centre) / scale)
        last = outputs[-1]
        if last.ndim == 3:
            return {'class token': last[:, 0], 'mean of patches': last[:, 1:].mean(1)}, last[:, 1:]
        maps = next((some for some in reversed(outputs) if some.shape[-1] == GRID), last)
        return {'mean of the last map': last.mean((2, 3))}, maps.flatten(2).transpose(1, 2)

    backbone.eval()
    return read
