"""What a calibration found, as a document: for scripts, and for the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sim.audit.local import date_of
from sim.fitting.dials import Dials
from sim.fitting.fit import Estimate, Fit
from sim.fitting.holdout import Check
from sim.fitting.overlay import Origin
from sim.fitting.stayed import Stayed
from sim.fitting.told import name_of, untold
from sim.scenario.parameters import parameters
from sim.scenario.scenario import Scenario

SCHEMA: Final = "ringfence-calibrate/1"


def document(
    fits: Sequence[Fit],
    dials: Sequence[Dials],
    checks: Sequence[Check],
    held: Sequence[int],
    stayed: Stayed,
    scenario: Scenario,
    origin: Origin,
) -> dict[str, Any]:
    """The document.

    Parameters
    ----------
    fits, dials
        One a line type.
    checks
        Shares of the days that were fitted, and of those held out.
    held
        Days held out, since 1970.
    stayed
        What was fitted of people who picked up.
    scenario
        Whose world was fitted.
    origin
        Where figures come from.
    """
    before = {row.path: (row.low, row.central, row.high) for row in parameters(scenario)}
    return {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "source": origin.source,
        "line_types": {
            fit.line_type: {
                "calls": fit.dials,
                "lines": fit.lines,
                "again": fit.again,
                "not_used": log.left_out,
                "ring_timeout_ms": fit.timeout_ms,
                "ring_times_told": fit.rings,
                "order_z": fit.order_z,
                "parameters": [_parameter(each, before) for each in fit.estimates],
            }
            for fit, log in zip(fits, dials, strict=True)
        },
        "picked_up": {
            "calls": stayed.calls,
            "parameters": [_parameter(each, before) for each in stayed.estimates],
        },
        "held_out": [date_of(day).isoformat() for day in held],
        "inside": {
            name: {"of": len(some), "inside": sum(check.inside for check in some)}
            for name, some in (
                ("days fitted", [check for check in checks if not check.held]),
                ("days held out", [check for check in checks if check.held]),
            )
        },
        "checks": [
            {
                "line_type": check.line_type,
                "what": check.what,
                "held_out": check.held,
                "seen": check.seen,
                "low": check.low,
                "high": check.high,
                "calls": check.dials,
                "inside": check.inside,
            }
            for check in checks
        ],
        "not_told": [
            {"what": what, "why": why, "what_would": other}
            for what, why, other in untold(fits, stayed, scenario.world)
        ],
    }


def _parameter(
    each: Estimate, before: dict[str, tuple[float | None, float, float | None]]
) -> dict[str, Any]:
    """A parameter, and what the world had for it where it has its key."""
    low, central, high = before.get(each.path, (None, None, None))
    return {
        "path": each.path,
        "name": name_of(each),
        "unit": each.unit,
        "status": each.status,
        "low": each.low,
        "central": each.central,
        "high": each.high,
        "before": None if central is None else {"low": low, "central": central, "high": high},
    }
