"""Runs, studies, baselines or versions of a scenario side by side: inputs beside numbers.

``ringfence diff`` shows two of them, ``ringfence compare`` stored runs. Single runs have no draws
of what places calls, so nothing says how a difference moves with what is not known: it is told in
units of the luck of a run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from sim.document.node import plain
from sim.document.source import parse_source
from sim.errors import OptionError
from sim.jobs.measuring import measure
from sim.jobs.parting import changed_keys
from sim.measure.metric import Number
from sim.store.baseline import read_baseline
from sim.store.columns import TABLES
from sim.store.manifest import MANIFEST
from sim.store.provenance import versions
from sim.store.read import Run, load_run
from sim.store.study import is_study, load_study
from sim.study.beside import Differing, differing, moved
from sim.study.luck import NOISY, variance

SCHEMA: Final = "ringfence-compare-runs/1"
"""Of the JSON document of runs; its number goes up when a key goes or changes its meaning."""
Values = Mapping[str, Mapping[str, Number]]
LUCK: Final = "√(A + B)"
"""How the noise of a difference of two counts is told where no study has measured it."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of what is set side by side."""

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
    dispersion: Mapping[str, float] = field(default_factory=dict)
    """By strategy: variance of a run's complaints over their mean, where it is known."""

    @property
    def scale(self) -> float:
        """Lines as a share of the scenario's."""
        return float(Fraction(self.about["scale"]))

    @property
    def scenario(self) -> str:
        """The name of the scenario, where it is known."""
        return str(self.resolved.get("name", self.path))

    def variance(self, strategy: str, metric: str) -> float | None:
        """Of a metric over the luck of one run, as the law has it; None where none tells it."""
        own = self.values[strategy]
        value, complaints = own.get(metric), own.get("complaints")
        if value is None:
            return None
        spread = self.dispersion.get(strategy, 1.0)
        return variance(metric, value, complaints, spread)


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

    @property
    def hidden(self) -> bool:
        """Whether luck explains it."""
        return self.in_noise is not None and abs(self.in_noise) < NOISY


@dataclass(frozen=True, slots=True)
class SideBySide:
    """What several sides differ in."""

    sides: tuple[Side, ...]
    inputs: tuple[Differing, ...]
    """Keys of their scenarios, scale, seed, law packs and versions, with the value of each side."""
    rows: tuple[tuple[Difference, ...], ...]
    """Metrics that differ: of each, the first side beside every other one."""
    equal: int
    """Metrics that are equal in all, of strategies that all have."""
    only: tuple[tuple[str, ...], ...]
    """By side: strategies that not all have."""


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


def side_by_side(
    paths: Sequence[str | Path],
    tell: Callable[[str], None] | None = None,
    strategies: Sequence[str] = (),
) -> SideBySide:
    """Set things of one kind side by side; scenarios are run at their check scale.

    Parameters
    ----------
    paths
        Run directories, study directories, or baselines and scenario files; two or more.
    tell
        Told which strategy runs, of scenarios.
    strategies
        Only these; default all.

    Raises
    ------
    sim.errors.OptionError
        For what is none of these, or things of unlike kinds.
    """
    sides = tuple(side(Path(path), tell) for path in paths)
    first, like = sides[0], {"baseline", "scenario"}
    for other in sides[1:]:
        if first.kind != other.kind and not {first.kind, other.kind} <= like:
            raise OptionError(
                f"a {first.kind} and a {other.kind} cannot be set side by side",
                place=other.path,
                allowed="two runs, two studies, or baselines and scenarios",
            )
    values = [_chosen(one.values, strategies) for one in sides]
    common = [name for name in values[0] if all(name in one for one in values[1:])]
    found = moved(values)
    every = sum(len({m: 0 for one in values for m in one[name]}) for name in common)
    rows = tuple(
        tuple(_difference(first, other, one.strategy, one.metric) for other in sides[1:])
        for one in found
    )
    about = [{f"({name})": value for name, value in one.about.items()} for one in sides]
    known = [one.resolved for one in sides]
    return SideBySide(
        sides,
        (*(differing(known) if all(known) else ()), *differing(about)),
        rows,
        every - len(found),
        tuple(tuple(name for name in one if name not in common) for one in values),
    )


def document(found: SideBySide) -> dict[str, Any]:
    """The JSON document of runs: docs/compare.md lists its keys."""
    names = labels([Path(one.path) for one in found.sides])
    return {
        "schema": SCHEMA,
        "scenario": " and ".join(dict.fromkeys(one.scenario for one in found.sides)),
        "scale": found.sides[0].scale,
        "runs": {name: one.path for name, one in zip(names, found.sides, strict=True)},
        "differing": [
            {"path": one.path, "values": dict(zip(names, one.values, strict=True))}
            for one in found.inputs
        ],
        "numbers": [
            {
                "strategy": row[0].strategy,
                "metric": row[0].metric,
                "values": dict(zip(names, (row[0].a, *(one.b for one in row)), strict=True)),
                "against_first": {
                    name: {"share": one.share, "in_noise": one.in_noise, "hidden": one.hidden}
                    for name, one in zip(names[1:], row, strict=True)
                },
            }
            for row in found.rows
        ],
        "equal": found.equal,
        "only": {name: list(own) for name, own in zip(names, found.only, strict=True) if own},
    }


def hold_scales(found: SideBySide) -> None:
    """See that numbers that are counts are counts of as many lines.

    Raises
    ------
    sim.errors.OptionError
        For runs of another scale than the first.
    """
    first = found.sides[0]
    for other in found.sides[1:]:
        if other.about["scale"] != first.about["scale"]:
            raise OptionError(
                "runs of another scale cannot be set side by side",
                place=other.path,
                found=other.about["scale"],
                allowed=first.about["scale"],
                remedy="run both at one --scale",
            )


def every_strategy(found: SideBySide) -> list[str]:
    """Names of the strategies of all sides."""
    return list(dict.fromkeys(name for one in found.sides for name in one.values))


def labels(paths: Sequence[Path]) -> list[str]:
    """Names of folders or files, without what a file's name ends in; of two alike with a number."""
    files = {".yaml", ".yml", ".json"}
    names = [path.stem if path.suffix in files else path.resolve().name for path in paths]
    return [name if names.count(name) == 1 else f"{name}-{at + 1}" for at, name in enumerate(names)]


def _chosen(values: Values, strategies: Sequence[str]) -> Values:
    return {n: one for n, one in values.items() if not strategies or n in strategies}


def differences(
    a: str | Path, b: str | Path, tell: Callable[[str], None] | None = None
) -> Differences:
    """Set two things side by side: :func:`side_by_side`, in words.

    Raises
    ------
    sim.errors.OptionError
        For what is none of these, or two of unlike kinds.
    """
    found = side_by_side((a, b), tell)
    one, other = found.sides
    rows = tuple(row for (row,) in found.rows)
    only = dict(zip("AB", found.only, strict=True))
    return Differences(one, other, tuple(_changed(one, other)), rows, found.equal, only)


def _difference(one: Side, other: Side, name: str, metric: str) -> Difference:
    pair = one.values[name].get(metric), other.values[name].get(metric)
    noise, measured = _noise(one, other, name, metric, pair)
    return Difference(name, metric, *pair, noise, measured)


def _noise(
    one: Side, other: Side, name: str, metric: str, pair: tuple[Number, Number]
) -> tuple[float | None, bool]:
    found = [side.noise.get(name, {}).get(metric) for side in (one, other)]
    if None not in found and None not in pair:
        parts = [(sd or 0.0) * float(v or 0) for sd, v in zip(found, pair, strict=True)]
        return math.hypot(*parts), True
    variances = [side.variance(name, metric) for side in (one, other)]
    return (None if None in variances else math.sqrt(sum(v or 0.0 for v in variances))), False


def _changed(one: Side, other: Side) -> Iterator[str]:
    if one.resolved and other.resolved:
        yield from changed_keys(one.resolved, other.resolved)
    for row in differing((one.about, other.about)):
        old, new = (str(value)[:12] for value in row.values)
        yield f"{row.path} {old} → {new}"


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
        dispersion=dict(_dispersions(run)),
    )


def _dispersions(run: Run) -> Iterator[tuple[str, float]]:
    """By strategy: variance over mean of its complaints at central inputs, where it is known."""
    columns = ("strategy", "complaints", "complaints_variance")
    if TABLES["readings"].file not in run.manifest.get("files", {}):
        return  # an earlier version wrote it
    seen = set()
    for row in run.arrow("readings", columns).to_pylist():
        name, mean, spread = (row[column] for column in columns)
        if name not in seen and mean is not None and mean > 0:
            yield name, max(1.0, spread / mean)
        seen.add(name)


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
