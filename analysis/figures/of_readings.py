"""Figures of draws for one run: of its readings, what no call hangs on."""

from __future__ import annotations

from analysis.figures.chart import Chart
from analysis.figures.differences import differences
from analysis.figures.drivers import drivers
from analysis.figures.exceedance import exceedance
from analysis.view import RunView
from analysis.view.draws import draws_of_run


def differences_of_run(run: RunView) -> Chart:
    """Each strategy beside the base, reading by reading."""
    return differences(draws_of_run(run))


def drivers_of_run(run: RunView) -> Chart:
    """What the spread over readings comes from."""
    return drivers(draws_of_run(run))


def exceedance_of_run(run: RunView) -> Chart:
    """Chances of complaints over readings and luck."""
    return exceedance(draws_of_run(run))
