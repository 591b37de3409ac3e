"""Where a campaign stood when a run went on from what was dialled."""

from __future__ import annotations

import textwrap

import numpy as np

from analysis.view.clock import written_in
from analysis.view.read import as_view
from analysis.view.rounded import rounded
from analysis.view.run import RunView
from sim.scenario.scenario import Scenario
from sim.store.read import Run

WIDTH = 80
"""Columns of the screen."""


def course(run: RunView) -> str:
    """Where each strategy stood, a sentence each; nothing of a run that began at the beginning."""
    return " ".join(text for name in run.strategies if (text := _of(run, name)))


def _of(run: RunView, name: str) -> str:
    after = run.plans.get(name, {}).get("after")
    if after is None:
        return ""

    def lines(key: str) -> str:
        return f"{run.approx}{rounded(after[key] * run.factor)}"

    people, at = after["so_far"].get("people_reached"), np.datetime64(after["at_utc"], "ms")
    reach = (
        "" if people is None else f"; these calls alone reach {run.approx}{rounded(people)} people"
    )
    return (
        f"{name} goes on from {written_in(at, run.timezone)}: {lines('lines_dialled')} of its "
        f"{lines('lines_on_list')} lines were dialled, {lines('lines_done')} of them for the last "
        f"time{reach}."
    )


def course_text(run: Run | RunView, scenario: Scenario | None = None) -> str:
    """The same as text for a screen, and what the numbers after it are of; else nothing."""
    said = course(as_view(run, scenario))
    if not said:
        return ""
    return textwrap.fill(
        f"{said} All numbers below are of the whole campaign, before and after.",
        WIDTH,
        break_on_hyphens=False,
    )
