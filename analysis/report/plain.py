"""The report as Markdown: the first screen and what each chart found, for a message or an issue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.figures import CHARTS, STUDY_CHARTS, Chart
from analysis.view import RunView, as_view
from analysis.view.front import Front, front_of_run, front_of_study
from analysis.view.study import StudyView, study_view
from analysis.view.verdict import verdict_of
from sim.printed import escaped
from sim.store.read import Run

if TYPE_CHECKING:
    from sim.store.study import Study

_MARKS = re.compile(r"([\\`*_\[\]<>|#])")


def markdown(of: Run | RunView | Study | StudyView) -> str:
    """The report of a run or a study as Markdown text.

    Raises
    ------
    sim.errors.RunDirectoryError
        Where a file differs from its digest.
    """
    if isinstance(of, (Run, RunView)):
        run = as_view(of)
        return _text(front_of_run(verdict_of(run)), [draw(run) for draw in CHARTS])
    study = of if isinstance(of, StudyView) else study_view(of)
    return _text(front_of_study(study), [draw(study) for draw in STUDY_CHARTS])


def _text(front: Front, charts: Sequence[Chart]) -> str:
    lines = [
        "<!-- ringfence report -->",
        "",
        f"# {_plain(front.question)}",
        "",
        _plain(front.about),
        "",
    ]
    lines += [_plain(" ".join(front.sentences)), ""]
    if front.badge:
        lines += [f"**{_plain(front.badge)}**", ""]
    lines += [*_table(front), ""]
    lines += [f"- {_plain(text)}" for text in front.drives]
    lines += ["", _plain(front.beneath), ""]
    for chart in charts:
        if chart.panels:
            lines += [f"## {_plain(chart.title)}", "", _plain(chart.finding), ""]
    return "\n".join(lines).rstrip() + "\n"


def _table(front: Front) -> list[str]:
    heads = ["", "Strategy", *front.heads.values()]
    out = [_line(heads), _line(["---"] * len(heads), plain=False)]
    rows = ([str(r.number), r.strategy, *(getattr(r, f) for f in front.heads)] for r in front.rows)
    return [*out, *map(_line, rows)]


def _line(cells: Sequence[str], *, plain: bool = True) -> str:
    return f"| {' | '.join(_plain(cell) if plain else cell for cell in cells)} |"


def _plain(words: str) -> str:
    """Words in which nothing is taken for markup, nor moves a terminal."""
    return _MARKS.sub(r"\\\1", escaped(" ".join(words.split()), keep=""))
