"""Complaints about calls in expectation, from the cases of one log: how many, and when.

Nothing is drawn. The chance of a complaint about a call is that of the model
(:func:`sim.behaviour.complaining.reference_chance` times the effects that apply); the delay to it
is spread over cells of time. Where the message changes on the way, or numbers bear labels, the
whole is corrected by what the engine's own chances came to. Left out, since a log hardly shows
them: complaints of callers back who never got through, and what an objection during the campaign
makes of a later call.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.complaining import parts_of_day, reference_level
from sim.behaviour.laws import quantile_function
from sim.document.laws import DurationLaw
from sim.measure.cascade import Course, accumulated, cells, falls
from sim.measure.cases import KINDS, Cases
from sim.measure.counting_cases import CONSENTED, OPPOSED
from sim.measure.marks import BIN_MS
from sim.record.feedback import Channel, Kind
from sim.scenario.complaints import ComplaintEffects, Complaints, weighed
from sim.scenario.world import World

Floats = NDArray[np.float64]
WITHIN = 48
"""Cells of time up to the cutoff; as many follow to the horizon."""
CHANNELS = tuple(channel.name.lower() for channel in Channel)
"""Names of channels, in the order of their codes."""
SPREADS = 512
"""Spreads that are kept; 75 kB each."""
EFFECTS = tuple(ComplaintEffects.model_fields)
"""Names of effects."""
Value = Callable[[str], Floats]
"""(n,) The value of a key below ``world`` in n draws."""


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """What decides who complains, in n draws; each (n,) float64 unless said."""

    per_million: Floats
    casebook_effect: Floats
    effects: Mapping[str, Floats]
    """By name of an effect."""
    channels: Floats
    """(n, 4) Share of complaints that go to each channel."""
    bred: Floats
    """(n, 4) Mean complaints that one to each channel breeds."""
    casebook_branching: Floats
    """Mean complaints that one bred in the casebook's campaigns, over the channels."""
    heard: Floats
    """Share of messages left that are heard."""
    willing: Floats
    """Lines that are not marked as refusing, as a multiple of those in the log's world."""
    consenting: Floats
    """Lines that consent, likewise."""
    ceiling: float = 1.0
    """Largest chance: above 1 where few lines stand for many, each with the complaints of all."""

    def of(self, rows: NDArray[np.intp]) -> Numbers:
        """Those of some draws."""
        of_effects = {name: value[rows] for name, value in self.effects.items()}
        apart = ("effects", "ceiling")
        rest = {f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name not in apart}
        return Numbers(effects=of_effects, ceiling=self.ceiling, **rest)

    @property
    def branching(self) -> Floats:
        """(n,) Mean complaints that one breeds."""
        return np.asarray((self.channels * self.bred).sum(axis=1), dtype=np.float64)

    @property
    def level(self) -> Floats:
        """(n,) Chance of a complaint about a reference call."""
        return np.asarray(
            reference_level(
                self.per_million,
                self.channels[:, Channel.REGULATOR],
                self.casebook_effect,
                self.casebook_branching,
            ),
            dtype=np.float64,
        )


def numbers(world: World, value: Value, ceiling: float = 1.0) -> Numbers:
    """The numbers of complaints in n draws.

    Parameters
    ----------
    world
        The world of the log, which has complaints.
    value
        Values of its keys, by draw.
    ceiling
        Largest chance of a complaint.
    """
    complaints, level = world.complaints, value("complaints.per_million")
    assert complaints is not None

    def every(path: str, names: tuple[str, ...]) -> Floats:
        return np.column_stack([value(f"complaints.{path}.{name}") for name in names])

    none = np.zeros((len(level), len(CHANNELS)))
    willing, consenting = np.ones(len(level)), np.ones(len(level))
    for path, share in _refusals(world):
        willing = willing * (1 - value(path)) / (1 - share)
    if world.consent is not None:
        for name in ("share", "covers_calls"):
            given = getattr(world.consent, name).central
            consenting = consenting * (value(f"consent.{name}") / given if given else 1.0)
    channels = every("channels", CHANNELS)
    bred = none if complaints.contagion is None else every("contagion", CHANNELS)
    told = complaints.casebook_branching
    before = (channels * bred).sum(axis=1) if told is None else np.full(len(level), told)
    return Numbers(
        per_million=level,
        casebook_effect=_casebook_effect(complaints, value),
        effects={name: value(f"complaints.effects.{name}") for name in EFFECTS},
        channels=channels,
        bred=bred,
        casebook_branching=before,
        heard=value("voicemail.heard"),
        willing=willing,
        consenting=consenting,
        ceiling=ceiling,
    )


def _casebook_effect(complaints: Complaints, value: Value) -> Floats:
    """(n,) Mean effect over a casebook's dials: as given, or of their mix in each draw."""
    mix = complaints.casebook
    if mix is None:
        return value("complaints.casebook_effect")
    effects = {name: value(f"complaints.effects.{name}") for name in EFFECTS}
    return value("complaints.casebook.off_by") * weighed(mix, effects)


def _refusals(world: World) -> Iterator[tuple[str, float]]:
    """Keys of the shares of lines that refuse, each with its central value below 1."""
    shares = {f"registers.{name}": share for name, share in world.registers.items()}
    if world.opposition is not None:
        shares["opposition"] = world.opposition
    yield from ((path, one.central) for path, one in shares.items() if one.central < 1)


def central(world: World) -> Value:
    """Central values of a world's keys, as one draw."""

    def value(path: str) -> Floats:
        found: Any = world
        for name in path.split("."):
            found = found[name] if isinstance(found, Mapping) else getattr(found, name)
        return np.array([float(found.central)])

    return value


def course(cases: Cases, world: World) -> Course:
    """How the complaints of a log may unfold at the central values of its world.

    Raises
    ------
    ValueError
        Where the world has no complaints.
    """
    complaints = world.complaints
    if complaints is None:
        raise ValueError("there are no complaints to read")
    at = numbers(world, central(world))
    edges = edges_of(cases, complaints.horizon)
    calls = placed(cases, edges, complaints)
    expected = founding(calls, cases, at).by(spread(world.voicemail.delay, edges))[0]
    factor = corrected(cases, float(expected.sum()))
    called = called_by(cases, edges)
    bred = complaints.contagion
    joining = np.zeros((len(called), len(called)))
    founders = expected @ spread(complaints.delay, edges) * factor
    if bred is not None:
        joining = spread(bred.delay, edges) * called
        founders = founders + shocked(cases, bred.delay, edges, at.bred)[0]
    return Course(
        edges_ms=edges,
        founders=founders,
        joining=joining,
        channels=at.channels[0],
        bred=at.bred[0],
    )


# ── Cells of time ────────────────────────────────────────────────────────────────────────────────


def edges_of(cases: Cases, horizon_ms: int) -> Floats:
    """Edges of the cells; up to the cutoff whole bins."""
    edges = cells(cases.cutoff_ms, horizon_ms, within=min(WITHIN, len(cases.dialled)))
    last = min(cases.cutoff_ms, horizon_ms)
    # Where bins are few, several edges fall on one.
    inside = np.unique(np.rint(edges[edges < last] / BIN_MS) * BIN_MS)
    return np.concatenate([inside[inside < last], edges[edges >= last]])


def _cell_of(edges: Floats, bins: int) -> NDArray[np.intp]:
    """(bins,) The cell of each bin's beginning; beyond the horizon the number of cells."""
    at = np.arange(bins) * float(BIN_MS)
    return np.searchsorted(edges[1:], at, side="right")


def called_by(cases: Cases, edges: Floats) -> Floats:
    """(cells,) Share of the world's lines called by then, in the mean over each cell."""
    share = np.concatenate([[0.0], np.cumsum(cases.dialled)]) / cases.world
    at = np.minimum(np.arange(len(share)) * float(BIN_MS), cases.cutoff_ms)
    area = np.concatenate([[0.0], np.cumsum((share[1:] + share[:-1]) / 2 * np.diff(at))])
    total = np.interp(edges, at, area) + np.maximum(edges - at[-1], 0.0) * share[-1]
    return np.asarray(np.diff(total) / np.diff(edges), dtype=np.float64)


def shocked(cases: Cases, law: DurationLaw, edges: Floats, bred: Floats) -> Floats:
    """(n, cells) Mean complaints that stories breed, by cell, in each of n draws.

    Each is a Poisson number of complaints with delays of their own, so those in a cell are Poisson
    and apart from those in others: they found clusters as complaints about calls do.

    Parameters
    ----------
    cases
        Of the log: its stories, and whom it had called by when.
    law
        Of the delay to a complaint that is bred.
    edges
        Of the cells.
    bred : (n, 4) float64
        Mean complaints that one to each channel breeds.
    """
    out = np.zeros((len(bred), len(edges) - 1))
    integral = accumulated(quantile_function(law))
    for moment, channel in cases.shocks:
        after = np.maximum(edges - moment, 0.0)
        # The distribution function at each edge, as the slope of its integral over a second.
        slope = integral(after + 500.0) - integral(np.maximum(after - 500.0, 0.0))
        by = np.where(after > 0, slope / 1000.0, 0.0)
        out += bred[:, channel, None] * (np.diff(by) * called_by(cases, edges))
    return out


def spread(law: DurationLaw, edges: Floats) -> Floats:
    """(cells, cells) Where a delay of a law ends, by where it began."""
    return falls(accumulated(quantile_function(law)), edges)


class Spreads:
    """:func:`spread`, each worked out once: strategies share their draws, and mostly their cells.

    The latest :data:`SPREADS` are kept.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, bytes], Floats] = OrderedDict()

    def __call__(self, law: DurationLaw, edges: Floats) -> Floats:
        """(cells, cells) Where a delay of a law ends, by where it began; not to be written to."""
        key = law.model_dump_json(), edges.tobytes()
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = spread(law, edges)
            if len(self._known) > SPREADS:
                self._known.popitem(last=False)
        return found


# ── Complaints about calls ───────────────────────────────────────────────────────────────────────


class Placed(NamedTuple):
    """A log's calls by where they stand, whatever delay messages are heard with."""

    others: Floats
    """(cells, 3, 2, 3, 4, 2) Calls that left no message, by cell, part of day, silence, kind,
    standing and attempt."""
    left: Floats
    """(silences, cells, 3, 4, 2) Messages by cell of the call, part, standing and attempt, in all
    territories that have a silence."""
    silent: Floats
    """(silences, cells) Share of each cell that lies in it."""


class Founding(NamedTuple):
    """Mean complaints about calls in n draws, whatever delay messages are heard with."""

    others: Floats
    """(n, cells) About calls that left no message."""
    left: Floats
    """(n, cells) About messages, by cell of the call, were all of them heard out of a silence."""
    more: Floats
    """(silences, n, cells) How much more, were all heard within one."""
    within: NDArray[np.intp]
    """Cells of which some part lies in a silence."""
    share: Floats
    """(silences, 1, within) How much of these lies in each."""

    def by(self, hearing: Floats, rows: NDArray[np.intp] | slice = slice(None)) -> Floats:
        """(rows, cells) Mean complaints in some draws, by cell of the call or of the hearing.

        A message left stands in the cell in which it is heard, were it heard, and where that lies
        in the silence of its territory; its part of day is that of the call.

        Parameters
        ----------
        hearing
            Spread of the delay.
        rows
            The draws; all if nothing is given.
        """
        out = self.others[rows] + self.left[rows] @ hearing
        if len(self.within):
            more = self.more[:, rows] @ hearing[:, self.within]
            out[:, self.within] += (more * self.share).sum(axis=0)
        return np.asarray(out, dtype=np.float64)


def placed(cases: Cases, edges: Floats, complaints: Complaints) -> Placed:
    """A log's calls by where they stand: once for all draws."""
    places, bins = cases.quarter.shape
    n = len(edges) - 1
    cell = _cell_of(edges, bins)
    part = parts_of_day(complaints.night, complaints.meals)[cases.quarter]
    silent, of = np.unique(_silent(cases, edges), axis=0, return_inverse=True)
    others = np.zeros((n, 3, 2, *cases.calls.shape[2:]))
    messages = np.zeros((len(silent), n, 3, *cases.calls.shape[3:]))
    message = KINDS.index(Kind.VOICEMAIL)
    for place in range(places):
        counted = np.zeros((n + 1, 3, 2, *cases.calls.shape[2:]))
        quiet = np.zeros(bins, dtype=np.intp)  # bins beyond the horizon count in no cell
        known = cases.silence[place, :bins]
        quiet[: len(known)] = known
        np.add.at(counted, (cell, part[place], quiet), cases.calls[place])
        counted = counted[:n]
        # (cells, part, standing, attempt) of messages, whenever they were left.
        messages[of[place]] += counted[:, :, :, message].sum(axis=2)
        counted[:, :, :, message] = 0
        others += counted
    return Placed(others, messages, silent)


def _silent(cases: Cases, edges: Floats) -> Floats:
    """(territories, cells) Share of each cell that lies in the silence before a poll."""
    at = np.arange(cases.silence.shape[1] + 1) * float(BIN_MS)
    area = np.cumsum(cases.silence * float(BIN_MS), axis=1)
    total = np.stack([np.interp(edges, at, np.concatenate([[0.0], row])) for row in area])
    return np.asarray(np.diff(total, axis=1) / np.diff(edges), dtype=np.float64)


def chances(cases: Cases, at: Numbers) -> Floats:
    """(n, 3, 2, 3, 4, 2) Chance of a complaint by part, silence, kind, standing and attempt."""
    one = np.ones(len(at.per_million))
    of = at.effects
    unanswered = of["unanswered"] if cases.rings else 0 * one
    standing = [one, one, one, one]
    for bit, effect in ((OPPOSED, of["opposed"]), (CONSENTED, of["consented"])):
        standing = [was * effect if mark & bit else was for mark, was in enumerate(standing)]
    factors = (
        [one, of["night"], of["meal"]],
        [one, of["silence"]],
        [one, of["voicemail"], unanswered],
        standing,
        [one, of["repeat"]],
    )
    chance = at.level * (of["objection_first"] if cases.objection_first else one)
    for factor in factors:
        table = np.column_stack(factor)
        chance = chance[..., None] * table.reshape(len(one), *(1,) * (chance.ndim - 1), -1)
    chance = np.clip(chance, 0.0, at.ceiling)
    # What is not heard annoys nobody.
    chance[:, :, :, KINDS.index(Kind.VOICEMAIL)] *= at.heard.reshape(-1, 1, 1, 1, 1)
    return np.asarray(chance, dtype=np.float64)


def standings(cases: Cases) -> Floats:
    """(4,) Calls of the log by standing."""
    return np.asarray(cases.calls.sum(axis=(0, 1, 2, 4), dtype=np.float64), dtype=np.float64)


def founding(calls: Placed, cases: Cases, at: Numbers) -> Founding:
    """Mean complaints about calls.

    Where other shares of lines refuse or consent than in the log's world, calls move from standing
    to standing: nobody was dialled otherwise for it.

    Parameters
    ----------
    calls, cases
        Of the log.
    at
        The draws.
    """
    chance = np.einsum("nts,npqksr->npqktr", _moved(standings(cases), at), chances(cases, at))
    n, message = len(chance), KINDS.index(Kind.VOICEMAIL)
    loud, quiet = (chance[:, :, q, message].reshape(n, -1) for q in (0, 1))
    left = calls.left.reshape(*calls.left.shape[:2], -1)
    within = np.flatnonzero(calls.silent.any(axis=0))
    return Founding(
        chance.reshape(n, -1) @ calls.others.reshape(len(calls.others), -1).T,
        loud @ left.sum(axis=0).T,
        (quiet - loud) @ left.transpose(0, 2, 1),
        within,
        calls.silent[:, None, within],
    )


def corrected(cases: Cases, expected: float) -> float:
    """What the expectation is off by where cases do not know all, as a factor; else 1.

    Parameters
    ----------
    cases
        Of the log.
    expected
        Complaints about calls at central values.
    """
    if not cases.weight:
        return 1.0
    return cases.weight / expected if expected > 0 else 1.0


def _moved(calls: Floats, at: Numbers) -> Floats:
    """(n, 4, 4) Share of the calls to lines of a standing that go to another, in each draw."""
    marked = np.arange(len(calls))
    refusing, consenting = (marked & bit > 0 for bit in (OPPOSED, CONSENTED))
    total = max(float(calls.sum()), 1.0)
    refuse = _mark(float(calls[~refusing].sum()) / total, at.willing)
    consent = _mark(float(calls[consenting].sum()) / total, at.consenting)[:, ::-1, ::-1]
    both = np.einsum("nab,ncd->nacbd", consent, refuse)
    return np.asarray(both.reshape(-1, 4, 4), dtype=np.float64)


def _mark(share: float, factor: Floats) -> Floats:
    """(n, 2, 2) How lines with a mark and without move, where those with become another number.

    Parameters
    ----------
    share
        Of those that are in the first place.
    factor : (n,) float64
        What becomes of their number.
    """
    out = np.zeros((len(factor), 2, 2))
    out[:, 0, 1] = np.clip(1 - factor, 0, 1)
    if 0 < share < 1:
        out[:, 1, 0] = np.clip((factor - 1) * share / (1 - share), 0, 1)
    out[:, 0, 0], out[:, 1, 1] = 1 - out[:, 0, 1], 1 - out[:, 1, 0]
    return out
