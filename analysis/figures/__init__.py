"""The figures. Each file has one function, tables to chart; the list here puts them on the page.

To add one: write a function ``RunView -> Chart`` in a file of its own and name it in ``CHARTS``.
"""

from __future__ import annotations

from analysis.figures.answer_rates import answer_rates
from analysis.figures.chart import Chart, Draw, Numbers, Panel
from analysis.figures.definitions import definitions
from analysis.figures.dispositions import dispositions
from analysis.figures.funnel import funnel
from analysis.figures.occupancy import occupancy
from analysis.figures.reach import reach
from analysis.figures.territories import territories
from analysis.figures.voicemail import voicemail

CHARTS: tuple[Draw, ...] = (
    voicemail,
    reach,
    definitions,
    funnel,
    dispositions,
    occupancy,
    answer_rates,
    territories,
)
"""Every figure, in the order of the report."""

__all__ = ["CHARTS", "Chart", "Draw", "Numbers", "Panel"]
