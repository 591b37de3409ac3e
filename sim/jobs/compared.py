"""What comparing found, as data: docs/compare.md lists its keys."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from sim.document.written import share_text
from sim.jobs.comparing import SCHEMA, Comparison
from sim.study.comparing import Beside, Standing, utilities
from sim.study.inputs import Input
from sim.study.intervals import Spread
from sim.study.turning import Bound, Turn

MOST_POINTS: Final = 400
"""Most draws of a picture."""


def document(found: Comparison) -> dict[str, Any]:
    """The JSON document."""
    first, known = found.sources[0], found.known
    people = next(iter(known.numbers["people_reached"].values()))
    return {
        "schema": SCHEMA,
        "scenario": first.study.facts.scenario,
        "studies": [str(source.study.path) for source in found.sources],
        "draws": len(people),
        "readings": people.shape[1],
        "base": known.base,
        "weights": dict(found.weights),
        "differing": [
            {"path": one.path, "values": dict(zip(known.names, one.values, strict=True))}
            for one in found.differing
        ],
        "alternatives": {
            name: {
                "numbers": {
                    number: _spread(spreads[name]) for number, spreads in found.spreads.items()
                },
                "finished": found.finished[name],
                "against_base": {
                    number: _beside(beside[name])
                    for number, beside in found.besides.items()
                    if name in beside
                },
                **_standing(found.standing[name]),
            }
            for name in known.names
        },
        "dominated": [
            {"name": one.name, "by": one.by, "share": one.share} for one in found.dominated
        ],
        "versions": [
            {
                "strategy": one.strategy,
                "base": one.base,
                "other": one.other,
                "differing": [
                    {"path": row.path, "values": list(row.values)} for row in one.differing
                ],
                "numbers": {number: _beside(each) for number, each in one.besides.items()},
            }
            for one in found.versions
        ],
        "leader": found.leader,
        "turns": {name: _turn(name, one, found) for name, one in found.turns.items()},
    }


def _spread(one: Spread) -> dict[str, float]:
    return {"p5": one.p5, "p50": one.p50, "p95": one.p95}


def _beside(one: Beside) -> dict[str, Any]:
    return {
        "ratio": _spread(one.paired.ratio),
        "all_at_once": [one.low, one.high],
        "higher": one.paired.higher,
        "lower": one.paired.lower,
        "noise": one.paired.noise,
        "verdict": one.paired.verdict,
    }


def _standing(one: Standing) -> dict[str, Any]:
    return {
        "best": one.best,
        "regret": _spread(one.regret),
        "lost": None if one.lost is None else _spread(one.lost),
    }


def _turn(name: str, one: Turn, found: Comparison) -> dict[str, Any]:
    return {
        "picture": _picture(name, one, found),
        "ahead": one.share,
        "enough": one.enough,
        "runs_on_each_side": list(one.sides),
        "rules": [
            {
                "bounds": [_bound(bound, found.inputs[bound.path]) for bound in rule.bounds],
                "density": rule.density,
                "coverage": rule.coverage,
                "draws": rule.draws,
            }
            for rule in one.rules
        ],
    }


def _picture(name: str, one: Turn, found: Comparison) -> dict[str, Any] | None:
    """Draws in the first two inputs of the first rule, and in which the alternative is ahead."""
    if not one.rules:
        return None
    known = found.known
    paths = list(dict.fromkeys(bound.path for bound in one.rules[0].bounds))[:2]
    utility = utilities(known, found.weights)
    gain = utility[name] - utility[found.leader]
    at = []
    for path in paths:
        uniform = known.readings.get(path)
        if uniform is None:
            uniform = np.repeat(known.runs[path][:, None], gain.shape[1], axis=1)
        at.append(found.inputs[path].law(uniform.ravel()))
    step = max(1, gain.size // MOST_POINTS)
    rows = zip(*(values[::step].tolist() for values in at), strict=True)
    ahead = (gain.ravel() > 0)[::step].tolist()
    return {
        "paths": paths,
        "scales": [found.inputs[path].law.scale for path in paths],
        "points": [[*row, which] for row, which in zip(rows, ahead, strict=True)],
    }


def _bound(bound: Bound, one: Input) -> dict[str, Any]:
    value = float(one.law(np.array([bound.at]))[0])
    return {
        "path": bound.path,
        "above": bound.above,
        "value": value,
        "text": written(value, one.law.scale),
        "share_of_law": bound.at,
    }


def written(value: float, scale: str) -> str:
    """A value of an input to three digits, with its unit."""
    if scale == "share":
        return share_text(float(f"{value:.3g}"))
    return f"{value / 1000:.3g} s" if scale == "duration" else f"{value:.3g}"
