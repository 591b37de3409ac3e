"""What the console has from the analysis room: found by name, and only where it is ours.

Nothing in the simulator imports the analysis. Its modules are named here and nowhere else, and a
package of another project that bears its name is told, not run.
"""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sim.errors import ForeignPackageError

ANALYSIS = "analysis"
ANALYSIS_COMMANDS = "analysis.cli"
"""Module of the commands ``report`` and ``dashboard``."""
SHOWN_BY = {
    "compare_runs_text": "analysis.console.compare_runs",
    "compare_text": "analysis.console.compare",
    "comparison_text": "analysis.console.table",
    "course_text": "analysis.view.course",
    "experiment_html": "analysis.report.experiment",
    "plan_text": "analysis.console.plan",
    "frontier_text": "analysis.console.frontier",
    "officer_html": "analysis.report.officer",
    "report_html": "analysis.report",
    "sensitivity_text": "analysis.console.sensitivity",
    "study_text": "analysis.console.study",
    "sweep_text": "analysis.console.sweep",
    "verdict_document": "analysis.view.verdict",
    "verdict_text": "analysis.console.verdict",
}
"""The functions that ``run`` shows its results with, to their modules."""


def shown_by(name: str) -> Any:
    """A function of :data:`SHOWN_BY`, imported when it is asked for.

    Raises
    ------
    sim.errors.ForeignPackageError
        If the analysis room that would be imported is not ours.
    """
    return getattr(ours(SHOWN_BY[name]), name)


def ours(module: str) -> Any:
    """A module of the analysis room, imported.

    Raises
    ------
    sim.errors.ForeignPackageError
        If the package that would be imported does not stand beside the simulator.
    """
    if module.partition(".")[0] == ANALYSIS:
        _hold_against(Path(__file__).parents[2])
    return importlib.import_module(module)


def _hold_against(folder: Path) -> None:
    """Refuse a package ``analysis`` that stands elsewhere than in the folder."""
    spec = find_spec(ANALYSIS)
    places = [] if spec is None else [*(spec.submodule_search_locations or ()), spec.origin or ""]
    if any(Path(place).resolve() == (folder / ANALYSIS).resolve() for place in places if place):
        return
    where = next((place for place in places if place), "")
    if not where:
        raise ForeignPackageError(
            f"Ringfence's package '{ANALYSIS}' is not beside {folder / 'sim'}",
            remedy="install Ringfence again",
        )
    raise ForeignPackageError(
        f"{where} stands before Ringfence's own package '{ANALYSIS}'",
        remedy="start the command in another folder, or take that one off PYTHONPATH",
    )
