"""How well a head of many classes tells some of them apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mmpretrain.evaluation import Accuracy

from mmvpt.datasets.of_classes import places_of
from mmvpt.registry import METRICS
from mmvpt.text.refused import Refused


@METRICS.register_module()
class AccuracyAmong(Accuracy):
    """Accuracy on images of some classes of the head, which chooses among these classes alone.

    So a head with ImageNet's 1,000 classes is tested on ImageNet-A and ImageNet-R (Hendrycks et al. 2021), whose labels
    are 0 to 199: of its 1,000 scores the 200 count.

    Args:
        classes: Numbers of the classes in the head, in the order of the labels; or ``imagenet_a``, ``imagenet_r``.
        **kwargs: Options of mmpretrain's ``Accuracy``, such as ``topk``.
    """

    def __init__(self, classes: str | Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.classes = classes

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keep the scores of the classes that count."""
        chosen = []
        for sample in data_samples:
            if 'pred_score' not in sample:
                raise Refused('AccuracyAmong needs the score of each class: `pred_score` of a head of mmpretrain.')
            scores = sample['pred_score']
            few = scores[list(places_of(self.classes, [str(place) for place in range(len(scores))]))]
            chosen.append({**sample, 'pred_score': few, 'pred_label': few.argmax(-1, keepdim=True)})
        super().process(data_batch, chosen)
