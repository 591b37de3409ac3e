"""The figures. Each file has one function, tables to chart; the list here puts them on the page.

To add one: write a function ``RunView -> Chart`` in a file of its own and name it in ``CHARTS``.
"""

from __future__ import annotations

from collections.abc import Callable

from analysis.figures.answer_rates import answer_rates
from analysis.figures.binding import binding
from analysis.figures.call_backs import call_backs
from analysis.figures.chart import Chart, Draw, Numbers, Panel
from analysis.figures.complaint_causes import complaint_causes
from analysis.figures.complaint_days import complaint_days
from analysis.figures.complaint_rates import complaint_rates
from analysis.figures.complaint_risk import complaint_risk
from analysis.figures.complaints import complaints
from analysis.figures.completion import completion
from analysis.figures.definitions import definitions
from analysis.figures.differences import differences
from analysis.figures.dispositions import dispositions
from analysis.figures.drivers import drivers
from analysis.figures.exceedance import exceedance
from analysis.figures.fan import fan
from analysis.figures.funnel import funnel
from analysis.figures.labels import labels
from analysis.figures.objections import objections
from analysis.figures.occupancy import occupancy
from analysis.figures.of_readings import (
    differences_of_run,
    drivers_of_run,
    exceedance_of_run,
)
from analysis.figures.reach import reach
from analysis.figures.regulator import regulator
from analysis.figures.territories import territories
from analysis.figures.violation_places import violation_places
from analysis.figures.violations import violations
from analysis.figures.voicemail import voicemail
from analysis.view.study import StudyView

CHARTS: tuple[Draw, ...] = (
    differences_of_run,
    drivers_of_run,
    voicemail,
    reach,
    binding,
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
    exceedance_of_run,
    complaint_risk,
    regulator,
    objections,
    call_backs,
    labels,
    violations,
    violation_places,
)
"""Every figure of a run, in the order of the report."""

STUDY_CHARTS: tuple[Callable[[StudyView], Chart], ...] = (
    lambda study: differences(study.draws),
    lambda study: drivers(study.draws),
    fan,
    completion,
    lambda study: exceedance(study.draws),
)
"""Every figure of a study, likewise."""

__all__ = ["CHARTS", "STUDY_CHARTS", "Chart", "Draw", "Numbers", "Panel"]
