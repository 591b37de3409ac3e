"""How much of each answer every input drives, from draws; kept as data until it is made anew."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import replace
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from sim.jobs.draws import Drawing
from sim.jobs.study import run_study
from sim.loading.load import load
from sim.scenario.load import load_scenario
from sim.scenario.resolved import resolved_text
from sim.store.study import READINGS, load_study
from sim.study.importance import importance

Floats = NDArray[np.float64]
SCALES = {
    "france-2017": Fraction(1, 50),
    "uk-by-election": Fraction(1, 4),
    "canada-federal": Fraction(1, 20),
    "us-primary": Fraction(1, 40),
    "city-warning": Fraction(1, 10),
    "germany-turnout": Fraction(1, 4),
    "union-ballot": Fraction(1),
}
"""Scenarios of the page, in its order, and the size at which each is studied."""
DRAWS = 48
"""Runs of each study."""
ANSWERS = {"people_reached": "people reached", "complaints": "complaints"}
"""Columns of readings that the page tells of, and what it calls them.

A scenario in which nobody complains has no complaints to tell of.
"""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Share(_Data):
    """First-order share of the variance of a logarithm, with 95 % confidence."""

    value: float
    low: float
    high: float
    told: bool
    """Whether it is beyond what an input that does nothing seems to do."""


class Answer(_Data):
    """What draws made of one number."""

    p5: float
    p50: float
    p95: float
    shares: dict[str, Share]
    """By path of an input."""


class Drives(_Data):
    """What drives the answers of one scenario."""

    scenario: str
    digest: str
    """Of the resolved scenario that was studied."""
    strategy: str
    scale: str
    draws: int
    readings: int
    answers: dict[str, Answer]


def digest_of(scenario: Path) -> str:
    """SHA-256 of a scenario with all its keys, whatever its file looks like and promises."""
    loaded = load_scenario(scenario)
    studied = {key: value for key, value in loaded.resolved.items() if key != "check"}
    return hashlib.sha256(resolved_text(replace(loaded, resolved=studied)).encode()).hexdigest()


def drives(scenario: Path, scale: Fraction, draws: int = DRAWS) -> Drives:
    """Study the base strategy of a scenario and tell what drives it.

    Parameters
    ----------
    scenario
        Its file.
    scale
        Size at which it is run.
    draws
        Runs, each read several times.
    """
    loaded = load(scenario)
    base = loaded.scenario.base
    with tempfile.TemporaryDirectory() as folder:
        made = run_study(loaded, draws, strategies=[base], scale=scale, out=Path(folder) / "study")
        study = load_study(made.path)
        table = study.arrow(READINGS)
        assert table is not None  # this version just made it
        rows = table.to_pandas()
        effective = Fraction(study.facts.scale)
    readings = int(rows["reading"].max())
    drawing = Drawing(loaded, (base,), effective)
    read = {
        path: u.reshape(draws, readings) for path, u in drawing.readings(draws * readings).items()
    }
    runs = {path: u for path, u in drawing.points(range(draws)).items() if path not in read}
    answers = {}
    for name in (name for name in ANSWERS if rows[name].notna().any()):
        value = rows.loc[rows["strategy"] == base, name].to_numpy(np.float64).reshape(draws, -1)
        answers[name] = _answer(value, runs, read, loaded.scenario.seed)
    return Drives(
        scenario=loaded.scenario.name,
        digest=digest_of(scenario),
        strategy=base,
        scale=str(scale),
        draws=draws,
        readings=readings,
        answers=answers,
    )


def _answer(value: Floats, runs: dict[str, Floats], read: dict[str, Floats], seed: int) -> Answer:
    """One number in the draws: its band, and the share of each input."""
    found = importance(np.log(np.maximum(value, 1e-9)), runs, read, seed=seed)
    p5, p50, p95 = np.quantile(value, [0.05, 0.5, 0.95]).tolist()
    return Answer(
        p5=float(f"{p5:.4g}"),
        p50=float(f"{p50:.4g}"),
        p95=float(f"{p95:.4g}"),
        shares={
            effect.path: Share(
                value=round(effect.first.value, 4),
                low=round(effect.first.low, 4),
                high=round(effect.first.high, 4),
                told=found.beyond(effect),
            )
            for effect in sorted(found.effects, key=lambda one: one.path)
        },
    )


def stored() -> tuple[Drives, ...]:
    """What the last verification found, in the order of the page."""
    text = (files("analysis.evidence") / "drives.json").read_text(encoding="utf-8")
    return tuple(Drives.model_validate(one) for one in json.loads(text))


def written(found: tuple[Drives, ...]) -> str:
    """The same as the text of its file."""
    return json.dumps([one.model_dump() for one in found], indent=1, ensure_ascii=False) + "\n"
