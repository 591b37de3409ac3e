"""One figure as a picture, for a slide or a message: drawn by a browser, off the network."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Sequence
from importlib.resources import as_file
from importlib.util import find_spec

from analysis.figures import CHARTS, STUDY_CHARTS, Chart
from analysis.report.bundle import script
from analysis.view.read import as_view
from analysis.view.study import study_view
from sim.errors import OptionError, UnknownNameError
from sim.store.read import Run
from sim.store.study import Study

WIDTH = 900
"""Pixels across, doubled in the file so that it is sharp on a slide."""
SHARPER = 2
_LINE, _LETTERS = 21, 118
_TITLE = 44


def charts_of(stored: Run | Study) -> dict[str, Chart]:
    """Every chart of a run's or a study's report that has a drawing, by its key."""
    if isinstance(stored, Study):
        about = study_view(stored)
        drawn = [draw(about) for draw in STUDY_CHARTS]
    else:
        seen = as_view(stored)
        drawn = [draw(seen) for draw in CHARTS]
    return {chart.key: chart for chart in drawn if chart.panels}


def picture(charts: dict[str, Chart], key: str) -> bytes:
    """A chart's first panel as PNG, its title and its finding above it.

    Parameters
    ----------
    charts
        As :func:`charts_of` gives them.
    key
        Which; ``KEY.2`` is its second panel.

    Raises
    ------
    UnknownNameError
        If there is no such chart or panel.
    OptionError
        If the library that draws it, or a browser, is not there.
    """
    name, _, panel = key.partition(".")
    if name not in charts:
        raise UnknownNameError(
            "there is no such figure",
            place="--figure",
            found=f"'{key}'",
            nearest=next(iter(difflib.get_close_matches(name, charts, 1)), ""),
            allowed=", ".join(charts),
        )
    chart, number = charts[name], int(panel) if panel.isdecimal() else 1
    if not 1 <= number <= len(chart.panels) or (panel and not panel.isdecimal()):
        raise UnknownNameError(
            f"the figure has panels 1 to {len(chart.panels)}", place="--figure", found=f"'{key}'"
        )
    return _drawn(chart, number - 1)


def _drawn(chart: Chart, panel: int) -> bytes:
    """A panel with its words, drawn."""
    if find_spec("kaleido") is None:
        raise OptionError(
            "a picture needs Kaleido, which is not installed",
            remedy="pip install 'ringfence[picture]'",
        )
    figure = chart.panels[panel].figure.figure
    title = chart.panels[panel].title or chart.title
    words: Sequence[str] = textwrap.wrap(chart.finding, _LETTERS, break_on_hyphens=False)
    room = _TITLE + _LINE * len(words)
    above = (figure.layout.margin.t or 0) + room
    told = "<br>".join(words)
    figure.update_layout(
        width=WIDTH,
        height=(figure.layout.height or 450) + room,
        margin_t=above,
        paper_bgcolor="white",
        plot_bgcolor="white",
        title={
            "text": f"<b>{title}</b><br><span style='font-size:13px'>{told}</span>",
            "x": 0.01,
            "xref": "container",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 26},
            "font": {"size": 16},
        },
    )
    return _png(figure)


def _png(figure: object) -> bytes:
    """A figure as PNG, by a browser of this machine."""
    import kaleido
    from choreographer.errors import BrowserFailedError, ChromeNotFoundError

    with as_file(script()) as plotly:
        # Its own choice would fetch a script for formulas: nothing leaves the machine.
        page = kaleido.PageGenerator(plotly=plotly, mathjax=False)
        try:
            drawn: bytes = kaleido.calc_fig_sync(
                figure, {"format": "png", "scale": SHARPER}, kopts={"page_generator": page}
            )
        except (ChromeNotFoundError, BrowserFailedError) as error:
            raise OptionError(
                "a picture needs Chrome or Chromium, and none was found that starts",
                remedy="install one, or name it in the variable BROWSER_PATH",
            ) from error
    return drawn
