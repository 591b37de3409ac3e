"""From a run, on disk or in memory, to the view of it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.view.columns import FURTHER, TABLES, columns, without_rows
from analysis.view.run import RunView
from sim import __version__
from sim.errors import RunDirectoryError
from sim.scenario.complaints import breaking
from sim.scenario.scale import scale_scenario
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy
from sim.store.columns import TABLES as REGISTERED
from sim.store.read import SCENARIO, Run

STAGES = ("contact", "reminder", "order")
"""What the regulator takes to, in order."""


def as_view(run: Run | RunView, scenario: Scenario | None = None) -> RunView:
    """A run directory's content, read from disk or still in memory, as the report reads it.

    Parameters
    ----------
    run
        What :func:`sim.store.read.load_run` gives, or what a run hands to its report.
    scenario
        Its scenario at full size; left out, it is read from the run directory.
    """
    if isinstance(run, RunView):
        return run
    if scenario is None:
        from sim.scenario.load import load_scenario

        scenario = load_scenario(run.path / SCENARIO).scenario
    strategies = run.strategies
    base = run.base if run.base in strategies else strategies[0]
    rules = {name: scenario.strategies[name] for name in strategies}
    return RunView(
        name=run.name,
        question=run.question,
        strategies=strategies,
        base=base,
        timezone=rules[base].campaign.timezone,
        seed=run.seed,
        scale=run.scale,
        version=str(run.manifest.get("versions", {}).get("ringfence", __version__)),
        metrics=run.metrics,
        tables={
            **{name: columns(run.arrow(name)) for name in TABLES},
            **{name: _if_there(run, name) for name in FURTHER},
        },
        audit=_if_there(run, "audit"),
        currency=next(filter(None, map(currency_of, rules.values())), None),
        reached_live_ms={name: rule.reached_when.live for name, rule in rules.items()},
        reached_voicemail={name: rule.reached_when.voicemail for name, rule in rules.items()},
        regulator_thresholds=(
            {}
            if scenario.world.regulator is None
            else {
                stage: int(getattr(scenario.world.regulator.thresholds, stage)) for stage in STAGES
            }
        ),
        stories=tuple(
            (one.channel, np.datetime64(one.at))
            for one in breaking(scenario.world.complaints, rules[base].campaign.start)
        ),
        plans=run.manifest.get("plans", {}),
        log_facts=run.manifest.get("readings", {}).get("strategies", {}),
        notices=_scaling(run, scenario),
    )


def _if_there(run: Run, name: str) -> dict[str, NDArray[Any]]:
    """A table, without rows where the run was written before there were such tables."""
    try:
        return columns(run.arrow(name))
    except RunDirectoryError:
        if REGISTERED[name].file in run.manifest.get("files", {}):
            raise
        return without_rows(name)


def _scaling(run: Run, scenario: Scenario) -> tuple[str, ...]:
    """What a reader should know of a scaled run: what it cannot help, and what it rounded."""
    if run.scale >= 1:
        return ()
    asked = Fraction(str(run.manifest["scale"]["asked"]))
    changes: dict[str, list[str]] = {}
    for r in scale_scenario(scenario, asked)[1]:
        if r.used == r.exact:
            continue
        path = str(r.path)
        if path.startswith("strategies."):
            owner = next((s for s in run.strategies if path.startswith(f"strategies.{s}.")), None)
            if owner is None:
                continue
            path = f"strategies.*.{path.removeprefix(f'strategies.{owner}.')}"
        change = f"{float(r.exact):g} to {float(r.used):g}"
        changes.setdefault(f"{path} {change}", []).append(f"{r.path} {change}")
    rounded = [name if len(same) > 1 else same[0] for name, same in changes.items()]
    few = (
        "A scaled run has few channels, and few are all busy more often than many at the same load "
        "each. Its pace makes up for that, to about 1 %: judge a close finish at full size."
    )
    return (few, f"Rounded by the scale: {', '.join(rounded)}.") if rounded else (few,)


def currency_of(strategy: Strategy) -> str | None:
    """ISO 4217 code of a strategy's prices."""
    prices = strategy.prices
    charged = (prices.per_line_dialled, prices.per_attempt, prices.per_minute)
    return next((price.currency for price in charged if price), None)
