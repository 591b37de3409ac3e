"""The figures. Each file has one function, tables to chart; the list here puts them on the page.

To add one: write a function ``RunView -> Chart`` in a file of its own and name it in ``CHARTS``.
"""

from __future__ import annotations

from analysis.figures.answer_rates import answer_rates
from analysis.figures.call_backs import call_backs
from analysis.figures.chart import Chart, Draw, Numbers, Panel
from analysis.figures.complaint_causes import complaint_causes
from analysis.figures.complaint_days import complaint_days
from analysis.figures.complaint_rates import complaint_rates
from analysis.figures.complaint_risk import complaint_risk
from analysis.figures.complaints import complaints
from analysis.figures.definitions import definitions
from analysis.figures.dispositions import dispositions
from analysis.figures.funnel import funnel
from analysis.figures.labels import labels
from analysis.figures.objections import objections
from analysis.figures.occupancy import occupancy
from analysis.figures.reach import reach
from analysis.figures.regulator import regulator
from analysis.figures.territories import territories
from analysis.figures.violation_places import violation_places
from analysis.figures.violations import violations
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
    complaints,
    complaint_days,
    complaint_causes,
    complaint_rates,
    complaint_risk,
    regulator,
    objections,
    call_backs,
    labels,
    violations,
    violation_places,
)
"""Every figure, in the order of the report."""

__all__ = ["CHARTS", "Chart", "Draw", "Numbers", "Panel"]
