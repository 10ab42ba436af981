"""How well a classifier stands corrupted images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric

from mmvpt.registry import METRICS
from mmvpt.text.refused import Refused


@METRICS.register_module()
class CorruptionAccuracy(BaseMetric):
    """Top-1 accuracy over all corruptions and severities, of each of them, and the mean corruption error (mCE).

    ``accuracy/top1`` is what the Pro-tuning paper reports. The mCE of CIFAR-C is the mean of the errors over
    corruptions and severities, as usual since AugMix (Hendrycks et al. 2020); with ``baseline`` it is that of
    ImageNet-C (Hendrycks and Dietterich 2019): errors of each corruption divided by those of AlexNet.

    Args:
        baseline: Mean error of each corruption in percent, by its name, to divide by.
        **kwargs: Options of MMEngine's ``BaseMetric``.
    """

    default_prefix = None

    def __init__(self, baseline: Mapping[str, float] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.baseline = dict(baseline or {})

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Note corruption and severity of each image, and whether it was classified as labelled."""
        for sample in data_samples:
            if 'corruption' not in sample or 'severity' not in sample:
                raise Refused(
                    'CorruptionAccuracy needs the corruption and the severity of each image: set '
                    "dict(type='PackInputs', meta_keys=('corruption', 'severity')) in the pipeline of mmvpt.CIFARC."
                )
            right = int(sample['pred_label']) == int(sample['gt_label'])
            self.results.append((sample['corruption'], int(sample['severity']), right))

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Percentages."""
        kinds: dict[tuple[str, int], list[bool]] = {}
        for name, severity, right in results:
            kinds.setdefault((name, severity), []).append(right)
        errors = {kind: 100 * (1 - float(np.mean(right))) for kind, right in kinds.items()}
        names, severities = sorted({name for name, _ in errors}), sorted({severity for _, severity in errors})
        of_name = {name: _mean(errors, 0, name) for name in names}
        if missing := [name for name in names if self.baseline and name not in self.baseline]:
            raise Refused(f'The baseline of CorruptionAccuracy has no {missing[0]}. It has {", ".join(self.baseline)}.')
        relative = [100 * error / self.baseline[name] if self.baseline else error for name, error in of_name.items()]
        return {
            'accuracy/top1': 100 - float(np.mean(list(errors.values()))),
            'mCE': float(np.mean(relative)),
            **{f'accuracy/{name}': 100 - error for name, error in of_name.items()},
            **{f'accuracy/severity{severity}': 100 - _mean(errors, 1, severity) for severity in severities},
        }


def _mean(errors: Mapping[tuple[str, int], float], place: int, value: str | int) -> float:
    return float(np.mean([error for kind, error in errors.items() if kind[place] == value]))
