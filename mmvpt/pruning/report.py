"""What a search found, as a table and a picture."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from mmvpt.files.read import read_metadata
from mmvpt.runs.run import Run
from mmvpt.runs.search import Candidate
from mmvpt.runs.summary import summarize
from mmvpt.text.tables import format_table

from .search import UNPRUNED, SearchedModel, name_of


def tabulate_search(
    metric: str, results: Mapping[Candidate, SearchedModel], same: Mapping[Candidate, Candidate], best: Candidate
) -> str:
    """Lay out what was tried, and say where pairs of percentages were one model.

    Args:
        metric: Its name.
        results: Of each model.
        same: For each pair that was asked for, the pair that its model was trained as.
        best: What was selected.
    """
    rows = [
        {
            'tokens pruned %': tokens,
            'segments pruned %': segments,
            'tuned parameters': result.trained,
            f'{metric}, validation': result.metric,
            '': 'selected' if (tokens, segments) == best else '',
        }
        for (tokens, segments), result in sorted(results.items())
    ]
    table, models = format_table(rows), len(set(same.values()))
    note = f'{len(same)} pairs of percentages came to {models} models, which were trained once each.'
    return f'{table}\n\n{note}' if models < len(same) else table


def tabulate_finals(metric: str, best: Candidate, finals: Sequence[Run]) -> str:
    """Lay out what became of the model that was selected, on all training data.

    Args:
        metric: Its name.
        best: What was selected.
        finals: Of each seed.
    """
    values = [run.metrics[metric] for run in finals]
    row = {
        'tokens pruned %': best[0],
        'segments pruned %': best[1],
        'tuned parameters': read_metadata(finals[0].delta)['num_trained'],
        **summarize(f'{metric}, test', values),
        'of each seed': ' '.join(f'{value:.2f}' for value in values),
    }
    return format_table([row])


def plot_search(results: Mapping[Candidate, SearchedModel], best: Candidate) -> bytes:
    """Draw metric against tuned parameters; return a PNG."""
    figure = Figure(figsize=(6, 4), layout='constrained')
    axis = figure.subplots()
    for candidate, result in results.items():
        colour = 'tab:orange' if candidate == best else 'tab:blue'
        axis.plot(result.trained, result.metric, 'o', color=colour)
        label = 'whole' if candidate == UNPRUNED else name_of(candidate)
        axis.annotate(label, (result.trained, result.metric), (3, 3), textcoords='offset points', fontsize=7)
    axis.set_xlabel('tuned parameters')
    axis.set_ylabel('metric on validation data')
    buffer = io.BytesIO()
    figure.savefig(buffer, format='png', dpi=110)
    return buffer.getvalue()
