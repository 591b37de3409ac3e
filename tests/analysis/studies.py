"""Hand-made studies for tests: numbers by formula, in a moment."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.view.draws import COMPLAINTS, PEOPLE, Draws, Pair
from analysis.view.study import StudyView
from analysis.view.verdict import Driver
from sim.study.counts import Count

RUNS, READINGS = 32, 8


def make_study(strategies: int = 9, *, old: bool = False) -> StudyView:
    """A study of 32 draws; ``old`` leaves out what earlier versions did not keep."""
    names = tuple(f"s{i}" for i in range(1, strategies + 1))
    draw = np.arange(1, RUNS + 1)
    level = np.repeat(0.5 + draw / RUNS, READINGS) * np.tile(np.linspace(0.8, 1.2, READINGS), RUNS)
    people = {s: 1e6 / i * level for i, s in enumerate(names, 1)}
    counts = {s: Count(40.0 * level / i, 80.0 * level / i) for i, s in enumerate(names, 1)}
    beside = {
        number: {s: Pair(v, values[names[0]], 0.01) for s, v in values.items() if s != names[0]}
        for number, values in (
            (PEOPLE, people),
            (COMPLAINTS, {s: c.mean for s, c in counts.items()}),
        )
    }
    shares = (Driver("world.voicemail.heard", 0.7), Driver("world.voters_per_line", 0.2))
    return StudyView(
        name="by-hand",
        question="Whom do we reach, and at what price?",
        strategies=names,
        base=names[0],
        seed=1,
        scale=0.1,
        answer=_answer(names, people, counts),
        draws=Draws(
            strategies=names,
            base=names[0],
            over="32 draws of 2 uncertain inputs, 256 readings in all",
            people=people,
            complaints=counts,
            beside=beside,
            drivers={PEOPLE: shares, COMPLAINTS: shares[:1]},
            scaled=True,
        ),
        runs=RUNS,
        hours=dict.fromkeys(names, 30.0),
        timezone="Europe/Paris",
        starts=dict.fromkeys(names, np.datetime64("2017-04-20T10:00", "m")),
        tables=_tables(names, old=old),
        currency="EUR",
    )


def _tables(names: tuple[str, ...], *, old: bool) -> dict[str, Any]:
    draws: dict[str, list[Any]] = {k: [] for k in ("strategy", "draw", "noise", "metric", "value")}
    time: dict[str, list[Any]] = {k: [] for k in ("strategy", "draw", "hours", "people_reached")}
    places: dict[str, list[Any]] = {
        k: [] for k in ("strategy", "draw", "territory", "lines", "lines_undialled")
    }
    for i, s in enumerate(names, 1):
        for draw in range(RUNS + 1):
            last = 1e5 / i * (0.5 + draw / RUNS)
            for key, value in zip(draws, (s, draw, 0, "people_reached", last), strict=True):
                draws[key].append(value)
            for hour in range(1, 31):
                row = (s, draw, float(hour), round(0.9 * last * min(1, hour / 24)))
                for key, value in zip(time, row, strict=True):
                    time[key].append(value)
            for place, lines in (("north", 100), ("south", 50)):
                row = (s, draw, place, lines, max(0, draw - 20 - i))
                for key, value in zip(places, row, strict=True):
                    places[key].append(value)
    found = {"draws": draws} if old else {"draws": draws, "timeline": time, "territories": places}
    return {
        name: {
            key: np.array(values, dtype=object if isinstance(values[0], str) else None)
            for key, values in table.items()
        }
        for name, table in found.items()
    }


def _answer(
    names: tuple[str, ...], people: dict[str, Any], counts: dict[str, Count]
) -> dict[str, Any]:
    """As ``answer.json`` has it, of what a page reads."""
    told = {}
    for i, s in enumerate(names, 1):
        p5, p50, p95 = np.quantile(people[s], (0.05, 0.5, 0.95)).tolist()
        complaints = {
            "expected": float(counts[s].mean.mean()),
            "p50": 30 // i,
            "p95": 120 // i,
            "none": 0.01 * i,
        }
        told[s] = {
            "finished": 1 - i / 20,
            "metrics": {
                "people_reached": {"p5": p5, "p50": p50, "p95": p95, "runs": RUNS},
                "cost": {"p5": 1e4, "p50": 2e4 / i, "p95": 3e4, "runs": RUNS},
            },
            "complaints": {
                "complaints": complaints,
                "complaints_regulator_before_cutoff": complaints,
            },
            "rules_broken": {"law/rule": {"share": 0.5, "most": 12.0}} if i == 2 else {},
            "against_base": {}
            if i == 1
            else {
                "people_reached": {
                    "ratio": {"p5": 1 / i, "p50": 1 / i, "p95": 1 / i},
                    "higher": 0.0,
                    "lower": 1.0,
                    "noise": 0.01,
                    "verdict": "lower",
                }
            },
            "drivers": {},
            "reading": ["world.voicemail.heard"],
        }
    return {
        "base": names[0],
        "strategies": told,
        "uncertain": ["world.voicemail.heard", "world.voters_per_line"],
        "not_varied": ["world.lines"],
        "rules": {"law/rule": {"title": "Do not ring at night", "force": "law"}},
        "held_at_bound": 0,
        "precision": None,
    }
