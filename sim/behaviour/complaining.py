"""Complaining: who complains of a call, when and where, and who joins in.

A complaint's chance is that of a reference call times the effects that apply. The campaigns of the
casebook, from whose totals the chance comes, had breeding of complaints in them already: so the
chance of a complaint *about a call* is the casebook's times (1 - branching ratio), and the whole
cascade comes back to it (Hawkes and Oakes 1974: a cluster has 1 / (1 - n) members in the mean),
unless the casebook's ratio is told apart from this world's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.hours import QUARTERS
from sim.behaviour.laws import quantile_function
from sim.behaviour.quantiles import QuantileTable, tabulate
from sim.document.laws import DurationLaw
from sim.record.feedback import PartOfDay
from sim.scenario.complaints import ComplaintEffects, Complaints, Contagion, DayPart
from sim.special import pdtr
from sim.streams import Key, Purpose, first_words, philox_block, words
from sim.threshold import WORD, threshold

Level = TypeVar("Level", float, NDArray[np.float64])


class Shock(NamedTuple):
    """A story that breaks by itself, whatever the campaign does."""

    number: int
    """Its place in the file, from 0, by which its luck is keyed: the same in every strategy."""
    moment_ms: int
    """Since the campaign's start."""
    channel: int
    """Code of its channel."""


@dataclass(frozen=True, slots=True, eq=False)
class ComplaintTables:
    """Integers that decide who complains, when and where."""

    thresholds: NDArray[np.uint32]
    """(3, 2, 2, 3, 2, 2, 2, 2, 2) By kind (live, voicemail, unanswered), consented, opposed, part
    of day, repeat (attempt above 1), after opt-out, objection first, silence, labelled."""
    blocked: NDArray[np.uint32]
    """(2, 2) By consented and opposed: a caller back who never gets through."""
    part: NDArray[np.uint8]
    """(672,) Part of day by local quarter-hour of the week; night where it is night and meal."""
    silence_ms: tuple[NDArray[np.int64], ...]
    """By territory: (k, 2) intervals of the silence before a poll."""
    objection_first: tuple[bool, ...]
    """By posture: whether the message tells of objection at its start."""
    delay_s: QuantileTable
    """Call, or hearing, to complaint, in whole *seconds*: 31 bits of ms would end at 24 days."""
    channel: tuple[int, int, int]
    """Cumulative uint32 thresholds: a word below the first is a complaint to the regulator, below
    the second to an operator, below the third in public, else in the press."""
    children: NDArray[np.uint32]
    """(4, 256) By channel: cumulative uint32 thresholds of the number of further complaints. Their
    number is how many entries are at or below the word."""
    breeding_delay_s: QuantileTable
    """Complaint to a further one, in whole seconds."""
    opts_out: int
    """uint32 threshold: the caller learns of a complaint to the regulator or an operator."""
    horizon_ms: int
    """Complaints at or after it are not counted and have no consequence."""
    shocks: tuple[Shock, ...] = ()
    """Stories that break by themselves."""


LONGEST_S = 400 * 86_400
"""A complaint comes within 400 days, in seconds, or is cut to that."""
MOST_CHILDREN = 256
"""Entries of a table of numbers of further complaints."""


class Origin(NamedTuple):
    """Words of n complaints about calls, or of n callers back who never got through."""

    complains: NDArray[np.uint32]
    """(n,) Held against the chance of a complaint."""
    delay: NDArray[np.uint32]
    channel: NDArray[np.uint32]
    learns: NDArray[np.uint32]
    """(n,) Held against the chance that the caller learns of it."""


class Family(NamedTuple):
    """What decides a complaint's descendants."""

    children: int
    """Word of the number of complaints that it breeds."""
    a: int
    """First word of its identity."""
    b: int
    """Second word."""


class Child(NamedTuple):
    """Words of a complaint that another one bred."""

    line: int
    """Whose line it is."""
    delay: int
    """Word of the delay after its parent."""
    channel: int
    learns: int
    family: Family


# ── Draws ────────────────────────────────────────────────────────────────────────────────────────


def origins(
    key: Key, line: NDArray[np.int32], attempt: NDArray[np.uint8], *, blocked: bool = False
) -> Origin:
    """Words of complaints about n calls, by line and attempt.

    Parameters
    ----------
    key
        The replication's key.
    line : (n,) int32
    attempt : (n,) uint8
    blocked
        Whether they are complaints of callers back who never got through.
    """
    purpose = Purpose.COMPLAINT_BLOCKED if blocked else Purpose.COMPLAINT
    return Origin(*words(key, purpose, line.view(np.uint32), attempt))


def complaining_words(
    key: Key, line: NDArray[np.int32], attempt: NDArray[np.uint8]
) -> NDArray[np.uint32]:
    """The first of the words of :func:`origins` alone, (n,) uint32: for most calls it is enough."""
    return first_words(key, Purpose.COMPLAINT, line.view(np.uint32), attempt)


def families(
    key: Key, line: NDArray[np.int32], attempt: NDArray[np.uint8], *, blocked: bool = False
) -> list[Family]:
    """Families of complaints about n calls; arguments as for :func:`origins`."""
    purpose = Purpose.COMPLAINT_BLOCKED_FAMILY if blocked else Purpose.COMPLAINT_FAMILY
    word = words(key, purpose, line.view(np.uint32), attempt)
    return [Family(*row) for row in word[:3].T.tolist()]


def shock_family(key: Key, number: int) -> Family:
    """The family of the story of a number, from 0."""
    children, a, b, _ = philox_block((number, 0, 0, Purpose.COMPLAINT_SHOCK), (key.k0, key.k1))
    return Family(children, a, b)


def child(key: Key, parent: Family, birth: int, lines: int) -> Child:
    """The complaint that is number ``birth``, from 1, of those that another one breeds.

    ``lines`` is the number of lines in the world: anybody may join in.
    """
    pair = (key.k0, key.k1)
    whose, delay, channel, learns = philox_block(
        (parent.a, parent.b, birth, Purpose.COMPLAINT_CHILD), pair
    )
    children, a, b, _ = philox_block(
        (parent.a, parent.b, birth, Purpose.COMPLAINT_CHILD_FAMILY), pair
    )
    return Child(whose * lines >> 32, delay, channel, learns, Family(children, a, b))


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────


def complaint_tables(
    complaints: Complaints,
    silence_ms: tuple[NDArray[np.int64], ...],
    objection_first: tuple[bool, ...],
    *,
    rings: bool = True,
    shocks: tuple[Shock, ...] = (),
) -> ComplaintTables:
    """Tabulate who complains.

    Parameters
    ----------
    complaints
        The world's complaints.
    silence_ms
        By territory: (k, 2) intervals of the silence before a poll, ms since the campaign's start.
    objection_first
        By posture: whether the message tells of objection at its start.
    rings
        False where nothing rings: a call of which nothing arrives is not complained of then.
    shocks
        The stories that break by themselves.

    Raises
    ------
    ValueError
        Where a complaint breeds one or more in the mean: the cascade would not end.
    """
    share = reference_chance(complaints)
    effects = complaints.effects
    channels = complaints.channels
    regulator = channels.regulator.central
    operator = regulator + channels.operator.central
    social = operator + channels.social.central
    bred = complaints.contagion
    return ComplaintTables(
        thresholds=_thresholds(share, effects, rings),
        blocked=_blocked(share, effects),
        part=parts_of_day(complaints.night, complaints.meals),
        silence_ms=silence_ms,
        objection_first=objection_first,
        delay_s=seconds(complaints.delay),
        channel=(
            threshold(min(1.0, regulator)),
            threshold(min(1.0, operator)),
            threshold(min(1.0, social)),
        ),
        children=np.stack([children(mean) for mean in _bred(bred)]),
        # Where nothing is bred no delay is drawn; a table stands in.
        breeding_delay_s=seconds(complaints.delay if bred is None else bred.delay),
        opts_out=threshold(complaints.opts_out.central),
        horizon_ms=complaints.horizon,
        shocks=shocks,
    )


def _blocked(share: float, effects: ComplaintEffects) -> NDArray[np.uint32]:
    """(2, 2) Thresholds of callers back who never get through, by consent and opposition."""
    chances = [
        [
            _chance(
                share * effects.blocked.central,
                (effects.consented.central, consented),
                (effects.opposed.central, opposed),
            )
            for opposed in (0, 1)
        ]
        for consented in (0, 1)
    ]
    return np.array(chances, dtype=np.uint32)


def _bred(contagion: Contagion | None) -> tuple[float, float, float, float]:
    """Mean complaints that one breeds, by its channel."""
    if contagion is None:
        return 0.0, 0.0, 0.0, 0.0
    return (
        contagion.regulator.central,
        contagion.operator.central,
        contagion.social.central,
        contagion.press.central,
    )


def reference_chance(complaints: Complaints) -> float:
    """Chance of a complaint about a reference call, 0–1 or above.

    The casebook counts complaints to the regulator, about all calls of its campaigns and with what
    others bred in them. So its level is divided by the regulator's share of complaints and by the
    mean effect over such a campaign's dials, and what contagion adds is taken off.

    Raises
    ------
    ValueError
        Where a complaint breeds one or more in the mean: the cascade would not end.
    """
    n = branching_ratio(complaints)
    if n >= 1:
        raise ValueError(f"a complaint breeds {n:.3g} in the mean; it must be fewer than one")
    return float(
        reference_level(
            complaints.per_million.central,
            complaints.channels.regulator.central,
            complaints.weight,
            casebook_branching(complaints),
        )
    )


def reference_level(
    per_million: Level, regulator: Level, casebook_effect: Level, branching: Level
) -> Level:
    """:func:`reference_chance` from its numbers, one each or n draws of each."""
    return per_million / 1e6 / (regulator * casebook_effect) * (1 - branching)


def casebook_branching(complaints: Complaints) -> float:
    """Mean complaints that one bred in the casebook's campaigns: as told, else as here."""
    told = complaints.casebook_branching
    return branching_ratio(complaints) if told is None else told


def branching_ratio(complaints: Complaints) -> float:
    """Mean complaints that a complaint breeds, over the channels; 0 without contagion."""
    channels, bred = complaints.channels, complaints.contagion
    if bred is None:
        return 0.0
    return float(
        channels.regulator.central * bred.regulator.central
        + channels.operator.central * bred.operator.central
        + channels.social.central * bred.social.central
        + channels.press.central * bred.press.central
    )


def _chance(share: float, *effects: tuple[float, int]) -> int:
    """uint32 threshold of a chance times the effects that apply, each with 1 where it does."""
    for effect, applies in effects:
        if applies:
            share *= effect
    return threshold(min(1.0, share))


@lru_cache(maxsize=64)
def _thresholds(share: float, effects: ComplaintEffects, rings: bool) -> NDArray[np.uint32]:
    """(3, 2, 2, 3, 2, 2, 2, 2, 2) uint32 thresholds, see :class:`ComplaintTables`. Cached."""
    kind = (1.0, effects.voicemail.central, effects.unanswered.central if rings else 0.0)
    part = (1.0, effects.night.central, effects.meal.central)
    whether = (
        effects.repeat,
        effects.after_opt_out,
        effects.objection_first,
        effects.silence,
        effects.labelled,
    )
    # Axes in the order of the table; factors in this order, for products round by their order.
    axes = (
        (0, kind),
        (3, part),
        (1, (1.0, effects.consented.central)),
        (2, (1.0, effects.opposed.central)),
        *((4 + at, (1.0, effect.central)) for at, effect in enumerate(whether)),
    )
    chance = np.full((1,) * 9, share)
    for axis, factors in axes:
        shape = [1] * 9
        shape[axis] = len(factors)
        chance = chance * np.array(factors).reshape(shape)
    below: NDArray[np.uint32] = np.minimum(np.minimum(chance, 1.0) * WORD, WORD - 1).astype(
        np.uint32
    )
    return below


@lru_cache(maxsize=16)
def parts_of_day(night: DayPart, meals: tuple[DayPart, ...]) -> NDArray[np.uint8]:
    """Part of day by local quarter-hour of the week, (672,) uint8.

    A quarter-hour belongs where its first minute does; night goes before a meal. Cached: many plans
    share it, and nobody writes to it.
    """
    part = np.full(QUARTERS, PartOfDay.DAY, dtype=np.uint8)
    for span, code in (*((meal, PartOfDay.MEAL) for meal in meals), (night, PartOfDay.NIGHT)):
        part[_inside(span)] = code
    return part


def _inside(span: DayPart) -> NDArray[np.bool_]:
    """Quarter-hours of the week that begin in a part of the day, which may cross midnight."""
    minute = np.arange(QUARTERS) % 96 * 15
    since, before = minute >= span.opens, minute < span.closes
    inside: NDArray[np.bool_] = since & before if span.opens < span.closes else since | before
    return inside


@lru_cache(maxsize=16)
def seconds(law: DurationLaw) -> QuantileTable:
    """The quantile table of a law in whole seconds, at least one. Cached as other tables are."""
    ppf = quantile_function(law)
    return tabulate(lambda p: ppf(p) / 1000, longest_ms=LONGEST_S, shortest_ms=1)


@lru_cache(maxsize=64)
def children(mean: float) -> NDArray[np.uint32]:
    """Cumulative thresholds of a Poisson number of further complaints, (256,) uint32.

    The number is how many entries are at or below a word. Cached.
    """
    chance = pdtr(np.arange(MOST_CHILDREN), mean) if mean > 0 else np.ones(MOST_CHILDREN)
    return np.minimum(chance * WORD, WORD - 1).astype(np.uint32)


def number_of_children(tables: ComplaintTables, channel: int, word: int) -> int:
    """How many further complaints one to a channel breeds, by its family's word."""
    return int(np.searchsorted(tables.children[channel], np.uint32(word), side="right"))


def channel_of(tables: ComplaintTables, word: int) -> int:
    """Code of the channel that a word names."""
    return sum(word >= upto for upto in tables.channel)
