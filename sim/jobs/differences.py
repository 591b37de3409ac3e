"""Two runs, studies, baselines or versions of a scenario, side by side, for a reviewer."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.document.node import plain
from sim.document.source import parse_source
from sim.errors import OptionError
from sim.jobs.measuring import measure
from sim.jobs.parting import changed_keys
from sim.measure.metric import Number
from sim.measure.metrics import METRICS
from sim.store.baseline import read_baseline
from sim.store.manifest import MANIFEST
from sim.store.provenance import versions
from sim.store.read import load_run
from sim.store.study import is_study, load_study

Values = Mapping[str, Mapping[str, Number]]
LUCK = "√(A + B)"
"""How the noise of a difference of two counts is told where no study has measured it."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two things that are set side by side."""

    path: str
    kind: str
    """``run``, ``study``, ``baseline`` or ``scenario``."""
    values: Values
    """By strategy and metric; of a study the medians over its draws."""
    resolved: Mapping[str, Any]
    """The scenario; empty where it is not known."""
    about: Mapping[str, str]
    """Scale, seed, law packs and versions, by name."""
    noise: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """By strategy and metric: relative standard deviation of one run's luck, where measured."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric of a strategy that differs."""

    strategy: str
    metric: str
    a: Number
    b: Number
    noise: float | None
    """Standard deviation of the difference of two runs of independent luck, or a bound of it."""
    measured: bool
    """Whether a study has measured it; else it is :data:`LUCK`, an upper bound of most counts."""

    @property
    def share(self) -> float | None:
        """How much B is above A, as a share of A."""
        if self.a is None or self.b is None or not self.a:
            return None
        return self.b / self.a - 1

    @property
    def in_noise(self) -> float | None:
        """How many standard deviations B is above A."""
        if self.a is None or self.b is None or not self.noise:
            return None
        return (self.b - self.a) / self.noise


@dataclass(frozen=True, slots=True)
class Differences:
    """What differs between two sides."""

    a: Side
    b: Side
    changed: tuple[str, ...]
    """What differs in the scenario, law packs, scale, seed and versions, in words."""
    rows: tuple[Difference, ...]
    """Metrics that differ, by strategy."""
    equal: int
    """Metrics that are equal."""
    only: Mapping[str, tuple[str, ...]]
    """By ``A`` and ``B``: strategies that only this side has."""


def differences(
    a: str | Path, b: str | Path, tell: Callable[[str], None] | None = None
) -> Differences:
    """Set two things side by side; scenarios are run at their check scale.

    Parameters
    ----------
    a, b
        Run directories, study directories, baselines or scenario files.
    tell
        Told which strategy runs, of scenarios.

    Raises
    ------
    sim.errors.OptionError
        For what is none of these, or two of unlike kinds.
    """
    one, other = side(Path(a), tell), side(Path(b), tell)
    like = {"baseline", "scenario"}
    if one.kind != other.kind and not {one.kind, other.kind} <= like:
        raise OptionError(
            f"a {one.kind} and a {other.kind} cannot be set side by side",
            place=other.path,
            allowed="two runs, two studies, or baselines and scenarios",
        )
    rows, equal = [], 0
    for name in one.values:
        if name not in other.values:
            continue
        for metric in {**one.values[name], **other.values[name]}:
            pair = one.values[name].get(metric), other.values[name].get(metric)
            if pair[0] == pair[1]:
                equal += 1
                continue
            noise, measured = _noise(one, other, name, metric, pair)
            rows.append(Difference(name, metric, *pair, noise, measured))
    only = {
        key: tuple(name for name in left.values if name not in right.values)
        for key, left, right in (("A", one, other), ("B", other, one))
    }
    return Differences(one, other, tuple(_changed(one, other)), tuple(rows), equal, only)


def _noise(
    one: Side, other: Side, name: str, metric: str, pair: tuple[Number, Number]
) -> tuple[float | None, bool]:
    found = [side.noise.get(name, {}).get(metric) for side in (one, other)]
    if None not in found and None not in pair:
        parts = [(sd or 0.0) * float(v or 0) for sd, v in zip(found, pair, strict=True)]
        return math.hypot(*parts), True
    known = METRICS.get(metric)
    if (known is None or known.is_count) and None not in pair:
        return math.sqrt(sum(float(v or 0) for v in pair)), False
    return None, False


def _changed(one: Side, other: Side) -> Iterator[str]:
    if one.resolved and other.resolved:
        yield from changed_keys(one.resolved, other.resolved)
    for key in {**one.about, **other.about}:
        old, new = one.about.get(key, "absent"), other.about.get(key, "absent")
        if old != new:
            yield f"{key} {old[:12]} → {new[:12]}"


# ── Sides ────────────────────────────────────────────────────────────────────────────────────────


def side(path: Path, tell: Callable[[str], None] | None = None) -> Side:
    """What stands at a path; a scenario is run.

    Raises
    ------
    sim.errors.OptionError
        For what is no run, study, baseline or scenario.
    """
    if path.is_dir():
        if is_study(path):
            return _study(path)
        if (path / MANIFEST).is_file():
            return _run(path)
    elif path.suffix == ".json":
        return _baseline(path)
    elif path.suffix in (".yaml", ".yml"):
        return _scenario(path, tell)
    raise OptionError(
        "there is nothing to set side by side",
        place=path,
        allowed="a run directory, a study directory, a baseline or a scenario",
    )


def _run(path: Path) -> Side:
    run = load_run(path)
    manifest = run.manifest
    found: dict[str, dict[str, Number]] = {name: {} for name in run.strategies}
    for key, value in run.metrics.items():
        strategy, _, metric = key.rpartition(".")
        found[strategy][metric] = value
    scale = manifest["scale"]
    return Side(
        str(path),
        "run",
        found,
        resolved_of(path),
        _about(scale["effective"], run.seed, manifest["laws"], manifest["versions"]),
    )


def _study(path: Path) -> Side:
    study = load_study(path)
    told: Mapping[str, Any] = study.answer["strategies"]
    return Side(
        str(path),
        "study",
        {name: _medians(one["metrics"]) for name, one in told.items()},
        resolved_of(path),
        {
            **_about(study.facts.effective, study.facts.seed, study.facts.laws, {}),
            **study.facts.versions,
            "draws": str(study.draws_count),
        },
        {name: _sds(one.get("run_noise", {})) for name, one in told.items()},
    )


def _medians(metrics: Mapping[str, Any]) -> dict[str, Number]:
    return {name: value["p50"] for name, value in metrics.items() if value is not None}


def _sds(noise: Mapping[str, Any]) -> dict[str, float]:
    return {
        name: float(value["relative_sd"])
        for name, value in noise.items()
        if isinstance(value, Mapping) and value.get("relative_sd") is not None
    }


def _baseline(path: Path) -> Side:
    found = read_baseline(path)
    return Side(
        str(path),
        "baseline",
        found.counters,
        found.resolved,
        _about(found.scale, found.seed, found.laws, found.versions),
    )


def _scenario(path: Path, tell: Callable[[str], None] | None) -> Side:
    measured = measure(path, tell, None)
    found = measured.baseline()
    return Side(
        str(path),
        "scenario",
        found.counters,
        found.resolved,
        _about(found.scale, found.seed, found.laws, versions()),
    )


def _about(
    scale: object, seed: int, laws: Mapping[str, str], packages: Mapping[str, str]
) -> dict[str, str]:
    packs = {f"law pack {name}": digest for name, digest in laws.items()}
    return {"scale": str(scale), "seed": str(seed), **packs, **packages}


def resolved_of(folder: Path) -> Mapping[str, Any]:
    """The resolved scenario of a run or a study, as plain data."""
    text = (folder / "scenario.resolved.yaml").read_text("utf-8")
    found: Mapping[str, Any] = plain(parse_source(text, "scenario.resolved.yaml").node)
    return found
