"""Population synthesis: every column from keyed uniforms, in blocks that fit the cache."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.answering import Latent, cohorts_of, latent_of, some_idle
from sim.behaviour.lines import in_use
from sim.record.never import NEVER
from sim.scenario.consent import Consent
from sim.scenario.scenario import Scenario
from sim.scenario.world import World
from sim.special import bdtrc, pdtrc
from sim.streams import Key, Purpose, words
from sim.threshold import WORD, threshold
from sim.world.moments import Moments
from sim.world.population import Population
from sim.world.slots import consent_slots

MOST_VOTERS = 255
"""Most voters behind one line: eight bits hold their number."""
_BLOCK = 1 << 16
"""Lines made at a time; even, so that no household lies in two blocks."""
_U8_COLUMNS = (
    "territory",
    "line_type",
    "segment",
    "cohort",
    "in_service",
    "has_machine",
    "voters",
    "hearers",
    "consent",
    "slot",
    "registers",
    "opposed",
)


def latents(scenario: Scenario) -> tuple[Latent, ...]:
    """What stands behind the answering shares, by line type.

    Raises
    ------
    sim.errors.UnreachableSharesError
        Where a line type's shares cannot come from its ring laws.
    """
    return tuple(latent_of(scenario.world, name) for name in scenario.world.line_types)


def _pick(word: NDArray[np.uint32], shares: list[float]) -> NDArray[np.uint8]:
    """Index of a category for each word, by cumulative thresholds."""
    edges = np.cumsum(shares)[:-1] / sum(shares)
    out = np.zeros(len(word), dtype=np.uint8)
    for edge in edges:
        out += (word >= np.uint32(threshold(float(edge)))).view(np.uint8)
    return out


@dataclass(frozen=True, slots=True)
class _Odds:
    """What a world says of its lines, as thresholds of uint32 words and as shares."""

    territories: list[float]
    """Shares."""
    types: list[float]
    """Shares of line types."""
    segments: list[float]
    """Shares; one of 1 where there are none."""
    invalid: NDArray[np.uint32]
    """By line type."""
    machine: NDArray[np.uint32]
    """(line types, cohorts), or (line types, 1) where none of them differ."""
    cohorts: np.uint64
    """How many there are."""
    voters: NDArray[np.uint64]
    """(k,) So many voters and more behind a line, from 1."""
    hearers: NDArray[np.uint64]
    """(k + 1, k) Of so many voters so many and more hear a voicemail, from 1."""
    consent: np.uint32
    slots: np.uint64
    """How many times there are that a consent may name, at least one."""
    opposed: np.uint32
    registers: list[np.uint32]
    """By register."""


def _odds(world: World, hidden: tuple[Latent, ...]) -> _Odds:
    """The odds of a world's lines."""
    voters = voters_or_more(world.voters_per_line.central, world.lines_without_voters.central)
    return _Odds(
        territories=[t.share.central for t in world.territories.values()],
        types=[t.share.central for t in world.line_types.values()],
        segments=[s.share.central for s in world.segments.values()] if world.segments else [1.0],
        invalid=np.array([threshold(h.invalid) for h in hidden], dtype=np.uint32),
        machine=_machines(hidden, cohorts_of(world)),
        cohorts=np.uint64(cohorts_of(world)),
        voters=voters,
        hearers=_hearers_or_more(len(voters), world.voicemail.shared.central),
        consent=np.uint32(threshold(world.consent.share.central if world.consent else 0.0)),
        slots=np.uint64(max(1, len(consent_slots(world)))),
        opposed=np.uint32(threshold(world.opposition.central if world.opposition else 0.0)),
        registers=[np.uint32(threshold(share.central)) for share in world.registers.values()],
    )


def _machines(hidden: tuple[Latent, ...], cohorts: int) -> NDArray[np.uint32]:
    """Thresholds of lines with a machine, see :class:`_Odds`."""
    width = cohorts if any(h.machine_by_cohort for h in hidden) else 1
    shares = [h.machine_by_cohort or (h.machine,) * width for h in hidden]
    return np.array([[threshold(share) for share in row] for row in shares], dtype=np.uint32)


def voters_or_more(mean: float, none: float) -> NDArray[np.uint64]:
    """Thresholds of so many voters and more behind a line, from 1: (k,) uint64 of 2**32.

    Parameters
    ----------
    mean
        Voters in the mean over all lines.
    none
        Share of lines without any. At 0 a line has the whole number below the mean or the one
        above. Else those with any have one and a Poisson number more; where the mean is below
        their share they have one each, and as many more have none as it asks for.
    """
    if none == 0:
        whole = int(mean)
        return np.array([WORD] * whole + [threshold(mean - whole)], dtype=np.uint64)
    some = min(1.0 - none, mean)
    more = mean / some - 1.0 if some > 0 else 0.0
    chances = some * pdtrc(np.arange(MOST_VOTERS - 1), more) if more > 0 else np.zeros(1)
    # So many with any, then with two and more, three and more…; what no word reaches is left out.
    tails = np.concatenate([[some], chances])
    kept: NDArray[np.uint64] = (np.minimum(tails, 1.0) * WORD).astype(np.uint64)
    return kept[: max(1, int(np.count_nonzero(kept)))]


def _hearers_or_more(most: int, share: float) -> NDArray[np.uint64]:
    """Thresholds of so many hearers and more, from 1, by the voters of a line: (most + 1, most).

    One voter hears a message that is heard; each further one with a chance, by one word.
    """
    out = np.zeros((most + 1, most), dtype=np.uint64)
    for voters in range(1, most + 1):
        out[voters, 0] = WORD
        if voters == 2:
            out[voters, 1] = threshold(share)
        elif voters > 2:
            others = bdtrc(np.arange(voters - 1), voters - 1, share)
            out[voters, 1:voters] = (np.minimum(others, 1.0) * WORD).astype(np.uint64)
    return out


def _so_many(word: NDArray[np.uint32], tails: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """How many of some thresholds, never rising, each word is below."""
    out = np.zeros(len(word), dtype=np.uint8)
    for below in tails[tails > 0]:
        out += (word <= np.uint32(below - np.uint64(1))).view(np.uint8)
    return out


def _hearers(
    word: NDArray[np.uint32], voters: NDArray[np.uint8], tails: NDArray[np.uint64]
) -> NDArray[np.uint8]:
    """How many of the voters of each line hear a voicemail; few lines have many."""
    out: NDArray[np.uint8] = (voters > 0).view(np.uint8).copy()
    some = np.flatnonzero(voters > 1)
    number = voters[some]
    for voters_there in range(2, len(tails)):
        lines = some[number == voters_there]
        out[lines] = _so_many(word[lines], tails[voters_there])
    return out


def synthesise(scenario: Scenario, key: Key, hidden: tuple[Latent, ...]) -> Population:
    """Make the population of a scenario's world.

    Parameters
    ----------
    scenario
        The scenario; its world alone is read.
    key
        The replication's key.
    hidden
        From :func:`latents`.
    """
    world = scenario.world
    n = world.lines
    odds = _odds(world, hidden)
    lives = _consent_lives(world.consent)
    homes = None if world.households is None else threshold(world.households.share.central)

    columns = {name: np.empty(n, dtype=np.uint8) for name in _U8_COLUMNS}
    fates: list[tuple[NDArray[Any], ...]] = []
    partner = None if homes is None else np.empty(n, dtype=np.int32)
    used = np.empty(n, dtype=np.uint8) if some_idle(world) else None
    for first in range(0, n, _BLOCK):
        block = slice(first, min(first + _BLOCK, n))
        line = np.arange(block.start, block.stop, dtype=np.uint32)
        found = _block(odds, key, line)
        if used is not None:
            used[block] = in_use(threshold(world.lines_in_use.central), key, line)
        if partner is not None and homes is not None:
            partner[block] = _partners(key, line, n, homes)
            second = np.flatnonzero((partner[block] >= 0) & (line % 2 == 1))
            found["territory"][second] = found["territory"][second - 1]
        if lives is not None:  # few have any consent, and only theirs has a fate
            gave = np.flatnonzero(found["consent"])
            fate = words(key, Purpose.LINE_CONSENT_LIFE, line[gave])
            if lives.covers is not None:
                covers = fate[0] < np.uint32(lives.covers)
                found["consent"][gave] = covers
                gave, fate = gave[covers], fate[:, covers]
            if lives.gathered is not None:
                given = lives.given(fate)
                ended = given[:0] if lives.withdrawn is None else lives.ended(fate)
                fates.append((line[gave].view(np.int32), given, ended))
        for name, column in columns.items():
            column[block] = found[name]
    for made in (*columns.values(), used, partner):
        if made is not None:
            made.flags.writeable = False
    since, until = _moments(n, fates, lives)
    return Population(
        **columns,
        consent_from_ms=since,
        consent_until_ms=until,
        in_use=used,
        partner=partner,
    )


def _moments(
    lines: int, fates: list[tuple[NDArray[Any], ...]], lives: _Lives | None
) -> tuple[Moments | None, Moments | None]:
    """When consents were given and when they end; None where the world does not date that."""
    if not fates or lives is None:
        return None, None
    line, given, ended = (np.concatenate(parts) for parts in zip(*fates, strict=True))
    since = Moments(lines, line, given)
    if lives.withdrawn is None:
        return since, None
    ends = ended != NEVER
    return since, Moments(lines, line[ends], ended[ends])


def _block(odds: _Odds, key: Key, line: NDArray[np.uint32]) -> dict[str, NDArray[Any]]:
    """Columns of a block of lines, (n,) each, before households and the fate of consents."""
    place = words(key, Purpose.LINE_PLACE, line)
    people = words(key, Purpose.LINE_PEOPLE, line)
    wishes = words(key, Purpose.LINE_CONSENT, line)
    listed = words(key, Purpose.LINE_REGISTERS, line) if odds.registers else ()
    kind = _pick(place[1], odds.types)
    voters = _so_many(people[1], odds.voters)
    cohort = (people[0] * odds.cohorts) >> np.uint64(32)
    one = odds.machine.shape[1] == 1
    machine = odds.machine[kind, 0] if one else odds.machine[kind, cohort.astype(np.intp)]
    registers = np.zeros(len(line), dtype=np.uint8)
    for number, below in enumerate(odds.registers):
        registers |= (listed[number] < below).astype(np.uint8) << np.uint8(number)
    return {
        "territory": _pick(place[0], odds.territories),
        "line_type": kind,
        "in_service": place[2] >= odds.invalid[kind],
        "has_machine": place[3] < machine,
        "cohort": cohort,
        "voters": voters,
        "hearers": _hearers(people[2], voters, odds.hearers),
        "segment": _pick(people[3], odds.segments),
        "consent": wishes[0] < odds.consent,
        "slot": (wishes[1] * odds.slots) >> np.uint64(32),
        "opposed": wishes[2] < odds.opposed,
        "registers": registers,
    }


# ── Consents over time ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Lives:
    """What becomes of consents."""

    covers: int | None
    """uint32 threshold: a consent covers calls; None where all do."""
    gathered: tuple[int, int] | None
    """Moments between which consents are given, ms since 1970 UTC; None where long before."""
    withdrawn: tuple[int, int] | None
    """uint32 threshold: a consent is withdrawn; and the last moment of that. None where none is."""

    def given(self, fate: NDArray[np.uint32]) -> NDArray[np.int64]:
        """(n,) Moments of consent from words of ``LINE_CONSENT_LIFE``."""
        assert self.gathered is not None
        first, last = self.gathered
        span = np.full(fate.shape[1], last - first, dtype=np.int64)
        return first + part_of(span, fate[1])

    def ended(self, fate: NDArray[np.uint32]) -> NDArray[np.int64]:
        """(n,) Moments of withdrawal, ``NEVER`` for none."""
        assert self.withdrawn is not None
        below, last = self.withdrawn
        since = self.given(fate)
        at = since + part_of(last - since, fate[3])
        return np.where(fate[2] < np.uint32(below), at, NEVER)


def _consent_lives(consent: Consent | None) -> _Lives | None:
    """What the world says of its consents over time; None where it says nothing."""
    if consent is None:
        return None
    covers = threshold(consent.covers_calls.central) if consent.covers_calls.central < 1 else None
    gathered = consent.gathered
    dates = None if gathered is None else (_utc_ms(gathered.starts), _utc_ms(gathered.ends))
    withdrawn = None
    if dates is not None and consent.until is not None and consent.withdrawn.central > 0:
        withdrawn = (threshold(consent.withdrawn.central), _utc_ms(consent.until))
    return None if covers is None and dates is None else _Lives(covers, dates, withdrawn)


def part_of(span: NDArray[np.int64], word: NDArray[np.uint32]) -> NDArray[np.int64]:
    """(n,) ``span * word >> 32`` without overflow: evenly from 0 to below the span.

    Parameters
    ----------
    span : (n,) int64
        Not negative.
    word : (n,) uint32
    """
    wide, factor = span.astype(np.uint64), word.astype(np.uint64)
    high, low = wide >> np.uint64(32), wide & np.uint64(0xFFFFFFFF)
    return (high * factor + (low * factor >> np.uint64(32))).astype(np.int64)


def _utc_ms(moment: dt.datetime) -> int:
    """A naive moment in UTC as ms since 1970."""
    return round(moment.replace(tzinfo=dt.UTC).timestamp() * 1000)


# ── Households ───────────────────────────────────────────────────────────────────────────────────


def _partners(key: Key, line: NDArray[np.uint32], lines: int, below: int) -> NDArray[np.int32]:
    """(n,) Partner of each line of a block, or -1: lines 2k and 2k + 1 may share a household."""
    pair = words(key, Purpose.LINE_HOUSEHOLD, line >> np.uint32(1))[0]
    other = (line ^ np.uint32(1)).astype(np.int32)
    return np.where((pair < np.uint32(below)) & (other < lines), other, np.int32(-1))
