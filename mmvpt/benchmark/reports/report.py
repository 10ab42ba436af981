"""A report on work folders: read, compare, lay out, and write in each format that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import methodcaller
from pathlib import Path

from mmvpt.benchmark.results import Phase, Result
from mmvpt.config.near import suggest
from mmvpt.files.write import write_atomically
from mmvpt.text.refused import Refused

from .comparable import gather
from .comparisons import comparisons, pairs_of
from .costs import costs
from .formats import as_csv, as_latex, as_markdown
from .notes import ABOUT_MEANS, ABOUT_PARAMETERS, origins
from .overview import each_task, overview
from .paper_layout import find_layout, lay_out, simple
from .picture import plot
from .scores import Contender, MethodScores, sort_results
from .sheet import Sheet

#: What a file is filled with, by its suffix: from tables, and from the results.
FILLERS: Mapping[str, Callable[[Sequence[Sheet], Sequence[Result]], bytes]] = {
    '.md': lambda sheets, results: as_markdown(sheets).encode(),
    '.csv': lambda sheets, results: as_csv(sheets).encode(),
    '.tex': lambda sheets, results: as_latex(sheets).encode(),
    '.png': lambda sheets, results: plot(results),
}
FULL_TUNING = 'full'


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a report is to say.

    Args:
        phase: Which trainings it is about.
        protocol: Of several.
        against: The method that wins are counted against; None for full fine-tuning where there is one.
        tested: The method that is compared with each other; None compares each with ``against``.
        layout: The table of a paper to lay results out like; None for tables of our own.
        paper: Whether to print the figures of that paper too.
    """

    phase: Phase = 'final'
    protocol: str | None = None
    against: str | None = None
    tested: str | None = None
    layout: str | None = None
    paper: bool = False


def report_results(folders: Sequence[Path], question: Question, outs: Sequence[Path] = ()) -> str:
    """Report on work folders, as Markdown.

    Args:
        folders: Where results are; none prints the figures of a paper alone.
        question: What to say.
        outs: Files to write besides, each in the format of its suffix.
    """
    fillers = {out: _filler(out) for out in outs}
    results = gather(folders, phase=question.phase, protocol=question.protocol) if folders else []
    sheets = _sheets(results, question)
    contents = {out: fill(sheets, results) for out, fill in fillers.items()}  # all are possible before one is written
    for out, content in contents.items():
        write_atomically(out, methodcaller('write', content))
    return as_markdown(sheets)


def _filler(out: Path) -> Callable[[Sequence[Sheet], Sequence[Result]], bytes]:
    if out.suffix not in FILLERS:
        raise Refused(f'{out}: a report is written to files that end in {", ".join(FILLERS)}. Choose one of them.')
    return FILLERS[out.suffix]


def _sheets(results: Sequence[Result], question: Question) -> list[Sheet]:
    scores = sort_results(results)
    origin = origins(scores, results) if results else []
    if question.layout:
        table = find_layout(question.layout)
        return [lay_out(table, scores, paper=question.paper, notes=[*([ABOUT_MEANS] if results else []), *origin])]
    reference = find_method(scores, question.against or FULL_TUNING, needed=question.against is not None)
    tested = find_method(scores, question.tested, needed=True) if question.tested else {}
    pairs = pairs_of(scores, reference, tested)
    notes = [ABOUT_MEANS, ABOUT_PARAMETERS, *origin]
    if not pairs and len(scores) > 1:
        notes.append(f'No tests: there is no method {FULL_TUNING!r}. Name another with --against, or one with --test.')
    return [overview(scores, reference, notes), *each_task(scores), *costs(scores), *comparisons(scores, pairs)]


def find_method(scores: MethodScores, name: str, *, needed: bool) -> dict[str, Contender]:
    """The row of a method for each base that has one.

    Args:
        scores: Of all methods.
        name: However it is written, with hyphens or without.
        needed: Whether it is refused if there is none.
    """
    found: dict[str, Contender] = {}
    for contender in scores:
        if simple(contender.method) == simple(name) or contender.title == name:
            if contender.base in found:
                titles = [one.title for one in scores if one.base == contender.base]
                raise Refused(
                    f'Several rows are called {name!r} for {contender.base}. Name one of {"; ".join(titles)}.'
                )
            found[contender.base] = contender
    if needed and not found:
        raise Refused(f'There is no method {name!r}. {suggest(name, {contender.title for contender in scores})}')
    return found
