"""The verdict on a run: what it answers, how sure that is, what binds, and what law it breaks.

Made from a run's metrics, readings and audit; a console, a page and ``--json`` show the same.
Intervals are over the inputs that are read (:mod:`sim.study.reading`), given this one log.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analysis.view.audit import regimes, rows, verdict
from analysis.view.parameters import parameters
from analysis.view.read import as_view
from analysis.view.rounded import compared
from analysis.view.run import RunView
from sim.scenario.scenario import Scenario
from sim.store.read import Run
from sim.study.comparison import paired
from sim.study.counts import Count, at_least, none, quantile
from sim.study.intervals import P50, P95, spread
from sim.study.votes import Worth, worth

Floats = NDArray[np.float64]
SCHEMA: Final = 1
"""Version of the layout of :func:`verdict_document`."""
COUNTED: Final = ("complaints", "complaints_regulator", "complaints_regulator_before_cutoff")
"""Complaints that are expected."""
FORCES: Final = ("law", "recommendation", "voluntary")
MOST_DRIVERS: Final = 5
BUSY: Final = 0.9
"""Share of the calls in progress that pace and channels allow, from which these bind."""


@dataclass(frozen=True, slots=True)
class Range:
    """A number at central inputs, and where it lies over the draws; at full size."""

    central: float
    p5: float
    p50: float
    p95: float

    @property
    def moves(self) -> bool:
        """Whether any input that is read moves it."""
        return self.p95 > self.p5 * (1 + 1e-9)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A strategy beside the base, draw by draw."""

    p5: float
    p50: float
    p95: float
    higher: float
    """Share of draws in which it has more, beyond the luck of a run; 0–1."""
    lower: float
    noise: float
    """Relative difference that luck alone makes, two standard deviations."""
    verdict: str
    """``higher``, ``lower`` or ``within noise``."""

    @property
    def text(self) -> str:
        """As a table shows it."""
        hidden = self.verdict == "within noise"
        return compared(self.p5, self.p50, self.p95, within_noise=hidden)


@dataclass(frozen=True, slots=True)
class Complaints:
    """A number of complaints in expectation, with its law over draws and luck."""

    expected: float
    """At central inputs."""
    p50: int
    p95: int
    none: float
    """Chance of none at all."""
    one_realisation: float | None
    """What the run's own draw gave: one realisation of that law."""


@dataclass(frozen=True, slots=True)
class Driver:
    """An input and the share of a number's spread that it explains alone."""

    input: str
    share: float


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that a strategy breaks."""

    regime: str
    rule: str
    title: str
    force: str
    counts: str
    """What a violation is: a ``call``, or the ``campaign`` once."""
    violations: float
    """At full size."""


@dataclass(frozen=True, slots=True)
class Behind:
    """The territory of which most is left over."""

    territory: str
    undialled: float
    """Share of its list that nobody dialled before the cutoff, 0–1."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One strategy's part of the verdict."""

    strategy: str
    done: bool | None
    """Whether it dialled its whole list before the cutoff; None where a scaled run cannot tell."""
    done_utc: np.datetime64
    """When; NaT where it did not."""
    share_dialled: float | None
    behind: Behind | None
    """The worst territory; None where the list was done, or a scaled run cannot tell."""
    people: Range | None
    against: Ratio | None
    """People reached beside the base; None for the base."""
    live: float | None
    """Lines delivered live, at full size."""
    live_differs: bool
    """Whether that differs from the base by more than luck."""
    complaints: Mapping[str, Complaints]
    """By name of :data:`COUNTED`."""
    contact: float | None
    """Chance that enough reports for the regulator to make contact come before the cutoff."""
    cost: float | None
    votes: Worth | None
    """Votes gained and what each costs; None where nothing is said of votes."""
    binds: str
    """What keeps it from dialling more: its ``pace``, its ``channels``, the ``list`` (nobody else
    may be called), the regulator's ``order``; or empty."""
    needed: float | None
    """Channels that the pace would keep busy, at full size."""
    channels: int | None
    pace: str
    """Calls per second."""
    broken: tuple[Broken, ...]
    assessed: Mapping[str, int]
    """Rules assessed, by force."""
    roles: Mapping[str, int]
    """How many uncertain inputs are reading, held, placing."""
    drawn: int
    """How many of them the readings draw."""
    stands: bool
    acts: float
    moved: float
    drivers: Mapping[str, tuple[Driver, ...]]
    """Of ``people_reached`` and of ``complaints``: inputs by what they explain."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run answers."""

    run: RunView
    draws: int
    base: Outcome
    outcomes: tuple[Outcome, ...]
    """Of all strategies, in the scenario's order."""
    uncertain: int
    """Inputs with a range."""
    undrawn: tuple[str, ...]
    """Of these, the ones that the base's readings do not draw."""
    fixed: int
    """Parameters without a range: not varied."""

    @property
    def others(self) -> tuple[Outcome, ...]:
        """All but the base."""
        return tuple(one for one in self.outcomes if one is not self.base)


def verdict_of(run: RunView) -> Verdict:
    """The verdict on a run."""
    base = _outcome(run, run.base)
    outcomes = tuple(base if s == run.base else _outcome(run, s) for s in run.strategies)
    inputs = run.of("reading_inputs", run.base)
    undrawn = tuple(
        str(p) for p, drawn in zip(inputs["input"], inputs["drawn"], strict=True) if not drawn
    )
    every = {str(path) for path in run.table("reading_inputs")["input"]}
    fixed = sum(not row["is_range"] for row in parameters(run))
    draws = max(0, len(run.of("readings", run.base)["draw"]) - 1)
    return Verdict(run, draws, base, outcomes, len(every), undrawn, fixed)


# ── One strategy ─────────────────────────────────────────────────────────────────────────────────


def _behind(run: RunView, name: str) -> Behind | None:
    """The territory with the largest share of its list undialled; the first of several."""
    rows = run.of("territories", name)
    left = rows["lines_undialled"].astype(np.float64)
    share = left / np.maximum(left + rows["lines_dialled"], 1.0)
    if not share.any():
        return None
    worst = int(np.argmax(share))
    return Behind(str(rows["territory"][worst]), float(share[worst]))


def _outcome(run: RunView, name: str) -> Outcome:
    done = run.list_done(name)
    plan = run.plans.get(name, {})
    facts = run.log_facts.get(name, {})
    inputs = run.of("reading_inputs", name)
    role = [str(r) for r in inputs["role"]]
    binds, needed = _binds(run, name, plan)
    counted = {k: c for k in COUNTED if (c := _counted(run, name, k)) is not None}
    live = run.shown(name, "lines_delivered_live")
    return Outcome(
        strategy=name,
        done=None if run.scaled else not np.isnat(done),
        done_utc=done,
        share_dialled=run.metric(name, "share_dialled"),
        behind=None if run.scaled or not np.isnat(done) else _behind(run, name),
        people=_people(run, name),
        against=None if name == run.base else _against(run, name),
        live=live,
        live_differs=name == run.base or _apart(run, name, "lines_delivered_live"),
        complaints=counted,
        contact=_contact(run, name),
        cost=run.shown(name, "cost"),
        votes=_votes(run, name),
        binds=binds,
        needed=needed,
        channels=plan.get("channels"),
        pace=str(plan.get("calls_per_second", "")),
        broken=tuple(_broken(run, name)),
        assessed=_assessed(run, name),
        roles={kind: role.count(kind) for kind in ("reading", "held", "placing")},
        drawn=int(inputs["drawn"].sum()),
        stands=bool(facts.get("log_stands", True)),
        acts=float(facts.get("acts", 0.0)),
        moved=float(facts.get("moved", 0.0)),
        drivers={
            "people_reached": _drivers(inputs, "share_people"),
            "complaints": _drivers(inputs, "share_complaints"),
        },
    )


def _column(run: RunView, name: str, column: str) -> Floats:
    """(n + 1,) A column of a strategy's readings, draw 0 first; empty where there are none."""
    return np.asarray(run.of("readings", name)[column], dtype=np.float64)


def _people(run: RunView, name: str) -> Range | None:
    """People reached; a run without readings has its own count alone."""
    value = _column(run, name, "people_reached") * run.factor
    if not len(value):
        count = run.shown(name, "people_reached")
        return None if count is None else Range(count, count, count, count)
    if len(value) == 1:
        return Range(*[float(value[0])] * 4)
    found = spread(value[1:])
    return Range(float(value[0]), found.p5, found.p50, found.p95)


def _votes(run: RunView, name: str) -> Worth | None:
    """Votes gained over the draws; None where there are no draws, or nothing is said of votes."""
    if "votes_gained" not in run.table("readings"):  # written before there were any
        return None
    votes = _column(run, name, "votes_gained")[1:] * run.factor
    if not len(votes) or np.isnan(votes).any():
        return None
    cost, complaints = run.shown(name, "cost"), _column(run, name, "complaints")[1:]
    return worth(
        votes,
        None if cost is None else np.full(len(votes), cost),
        None if np.isnan(complaints).any() else complaints,
    )


def _against(run: RunView, name: str) -> Ratio | None:
    value, base = (_column(run, s, "people_reached")[1:] for s in (name, run.base))
    if not len(value) or len(value) != len(base) or not (base > 0).any():
        return None
    noise = 2 * math.hypot(run_luck(run, name), run_luck(run, run.base))
    found = paired(value, base, noise)
    ratio = found.ratio
    return Ratio(ratio.p5, ratio.p50, ratio.p95, found.higher, found.lower, noise, found.verdict)


def run_luck(run: RunView, name: str) -> float:
    """Relative standard deviation of lines reached by luck alone, lines taken as independent."""
    reached, lines = run.metric(name, "lines_reached"), run.metric(name, "lines_on_list")
    return math.sqrt(max(1 - reached / lines, 0.0) / reached) if reached and lines else 0.0


def _apart(run: RunView, name: str, metric: str) -> bool:
    """Whether a count differs from the base's by more than luck would have it."""
    value, base = run.metric(name, metric) or 0.0, run.metric(run.base, metric) or 0.0
    return abs(value - base) > 2 * math.sqrt(value + base)


def _count(run: RunView, name: str, kind: str) -> Count | None:
    """Complaints of a kind in each draw, draw 0 first; None where the world has none."""
    mean = _column(run, name, kind)
    if not len(mean) or np.isnan(mean).any():
        return None
    return Count(mean, _column(run, name, f"{kind}_variance"))


def _counted(run: RunView, name: str, kind: str) -> Complaints | None:
    count = _count(run, name, kind)
    if count is None:
        return None
    drawn = Count(count.mean[1:], count.variance[1:]) if len(count.mean) > 1 else count
    return Complaints(
        expected=float(count.mean[0]),
        p50=quantile(drawn, P50),
        p95=quantile(drawn, P95),
        none=none(drawn),
        one_realisation=run.metric(name, kind),
    )


def _contact(run: RunView, name: str) -> float | None:
    """Chance that the reports that come before the cutoff are enough for the regulator's call."""
    enough = run.regulator_thresholds.get("contact")
    count = _count(run, name, "complaints_regulator_before_cutoff")
    if enough is None or count is None or len(count.mean) < 2:
        return None
    return at_least(Count(count.mean[1:], count.variance[1:]), enough)


def _binds(run: RunView, name: str, plan: Mapping[str, Any]) -> tuple[str, float | None]:
    """What keeps a strategy from dialling more, and the channels that its pace would keep busy."""
    needed, channels = run.shown(name, "offered_load_erlang"), plan.get("channels")
    if needed is not None and run.scaled and (simulated := plan.get("calls_per_second_simulated")):
        # The pace of a scaled run makes up for its few channels; asked is what the full one needs.
        needed *= float(Fraction(plan["calls_per_second"]) / Fraction(simulated)) * run.scale
    if run.metric(name, "stopped_hours") is not None:
        return "order", needed
    if needed is None or channels is None:
        return "", needed
    used = run.shown(name, "carried_load_erlang") or 0.0
    if used < BUSY * min(needed, channels):
        return "list", needed
    return ("channels" if needed > channels else "pace"), needed


def _drivers(inputs: Mapping[str, NDArray[Any]], column: str) -> tuple[Driver, ...]:
    """Inputs that explain a number's spread, the strongest first."""
    found = [
        Driver(str(path), float(share))
        for path, share in zip(inputs["input"], inputs[column], strict=True)
        if share is not None and math.isfinite(share)
    ]
    return tuple(sorted(found, key=lambda one: -one.share)[:MOST_DRIVERS])


# ── Law ──────────────────────────────────────────────────────────────────────────────────────────


def _broken(run: RunView, name: str) -> Iterator[Broken]:
    """Rules that a strategy breaks."""
    for regime in regimes(run):
        for row in rows(run, regime, name):
            if row["violations"] > 0:
                once = str(row["counts"]) == "campaign"
                count = float(row["violations"])
                yield Broken(
                    regime=regime,
                    rule=str(row["rule"]),
                    title=str(row["title"]),
                    force=str(row["force"]),
                    counts=str(row["counts"]),
                    violations=count if once else count * run.factor,
                )


def _assessed(run: RunView, name: str) -> dict[str, int]:
    """Rules assessed, by force, over all regimes."""
    found = [
        str(row["force"])
        for regime in regimes(run)
        if not verdict(run, regime, name).out_of_dates
        for row in rows(run, regime, name)
        if row["status"] == "assessed"
    ]
    return {force: found.count(force) for force in FORCES if force in found}


# ── As data ──────────────────────────────────────────────────────────────────────────────────────


def verdict_document(run: Run | RunView, scenario: Scenario | None = None) -> dict[str, Any]:
    """The verdict on a run as JSON; docs/verdict.md lists its keys.

    Parameters
    ----------
    run, scenario
        As for :func:`analysis.view.read.as_view`.
    """
    from analysis.view.sentences import sentences

    told = verdict_of(as_view(run, scenario))
    return {
        "schema": SCHEMA,
        "sentences": list(sentences(told)),
        "base": told.base.strategy,
        "draws": told.draws,
        "uncertain": told.uncertain,
        "not_drawn": list(told.undrawn),
        "not_varied": told.fixed,
        "strategies": {one.strategy: _plain(asdict(one)) for one in told.outcomes},
    }


def _plain(value: Any) -> Any:
    """Data that JSON has words for."""
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else f"{value}Z"
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
