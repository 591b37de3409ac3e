"""What people did after they picked up, fitted to a log: how long they stayed, who pressed the key.

Of one message of known length each call says for how long its person stayed, up to the message's
end. So the share still there after some seconds is a share of calls, and its interval that of a
binomial share (Jeffreys' prior). At a gate the key is pressed by people of whatever patience, and
those who press nothing tell how long people stay, up to the gate's end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.stats import beta, betabinom

from sim.behaviour.laws import table
from sim.document.laws import DurationLaw, Survival
from sim.document.units import parse_duration
from sim.fitting.dials import F64, I64, coded, local_minutes
from sim.fitting.fit import Estimate, Status
from sim.fitting.holdout import LEAST, Check
from sim.scenario.strategy import Strategy
from sim.scenario.world import World

LISTENING = "world.listening.points."
PRESS_1 = "world.press_1"
PEOPLE = "people"
"""What stands for a line type in checks: whoever picked up, on whatever line."""
_LEAST_CALLS = 300
_MOST_LONGER = 0.02
"""Share of calls that may last for longer than the message and :data:`_LATE_MS`."""
_LATE_MS = 2_000
"""By which an end may be noticed late, or stamped so."""
_AT_ONCE = 0.2
"""Share of calls of which so many end within a second that a message must have ended there."""
_IN_TIME = 0.95
"""Share of those who would press of whom so many do in time that the log tells of all."""
_FITTED: Status = "fitted"
_PART: Status = "part prior"
_POINTS = (np.arange(128) + 0.5) / 128
"""At which an estimate's law is given."""
_FALL = 0.999
"""A later share is at most this part of an earlier one: survival curves fall."""


@dataclass(frozen=True, slots=True)
class Played:
    """What was played to people in the campaign of a log."""

    analysis_ms: int
    """Pick-up to the first word."""
    script_ms: int
    """From there to the end, for one who presses nothing and stays."""
    gate_ms: int | None = None
    """For how long a gate waits for its key; None without a gate."""
    notice_ms: int = 0
    """Notice that comes before the gate."""
    keyed: bool = False
    """Whether another key ends calls."""


def played(strategy: Strategy, message_ms: int | None = None) -> Played:
    """What a strategy plays, or a message of some length without a gate in its place.

    Parameters
    ----------
    strategy
        The strategy of the campaign.
    message_ms
        For how long the log's own message played, ms; default what the strategy plays.
    """
    amd, message = strategy.amd, strategy.message
    analysis = amd.analysis_time if amd.enabled else 0
    if message_ms is not None:
        return Played(analysis, message_ms)
    notice = message.opt_out_notice if message.opt_out != "none" else 0
    first = notice if message.opt_out == "start" else 0
    keyed = message.opt_out != "none" and message.opt_out_key
    if message.gate == "press-1":
        return Played(analysis, first + message.gate_timeout, message.gate_timeout, first, keyed)
    return Played(analysis, message.duration + notice, keyed=keyed)


@dataclass(frozen=True, slots=True, eq=False)
class Talks:
    """Calls that a person picked up, as far as the log tells of them."""

    stayed_ms: F64
    """(n,) Pick-up to end, ms; NaN where it is not told."""
    pressed: I64
    """(n,) Whether the gate's key was pressed: 1, 0, or -1 where it is not told."""
    day: I64
    """(n,) Local day since 1970; -1 where the zone is not told."""

    def on(self, days: Sequence[int]) -> Talks:
        """Those of some days."""
        there = np.isin(self.day, days)
        return Talks(self.stayed_ms[there], self.pressed[there], self.day[there])


def talks_of(calls: pa.Table) -> Talks:
    """The calls of people in a table.

    Parameters
    ----------
    calls
        Columns ``disposition``, ``start_utc``, ``end_utc``, ``ring_ms``, ``pressed`` and ``zone``
        of an import.
    """
    people = calls.filter(pc.equal(calls.column("disposition").cast(pa.string()), "human"))
    start, end = (
        people.column(name).cast(pa.timestamp("ms", "UTC")).cast(pa.int64()).cast(pa.float64())
        for name in ("start_utc", "end_utc")
    )
    ring = people.column("ring_ms").cast(pa.float64())
    stayed = pc.subtract(pc.subtract(end, start), ring).to_numpy()
    pressed = pc.fill_null(people.column("pressed").cast(pa.int64()), -1).to_numpy()
    zone, zones = coded(people, "zone")
    day = np.full(len(zone), -1, dtype=np.int64)
    if len(told := np.flatnonzero(zone >= 0)):
        day[told] = (
            local_minutes(zone[told], zones, start.to_numpy()[told].astype(np.int64)) // 1440
        )
    return Talks(np.where(stayed >= 0, stayed, np.nan), pressed, day)


@dataclass(frozen=True)
class Stayed:
    """What was fitted of people who picked up."""

    calls: int
    """Calls that a person picked up."""
    estimates: tuple[Estimate, ...]
    """Shares still there after each time, and the share that presses the key; or some of them."""
    untold: dict[str, tuple[str, str]]
    """By parameter of the world that is not fitted: why, and what would tell it."""


def stayed(talks: Talks, heard: Played, world: World) -> Stayed:
    """Fit how long people stay, and who presses the key.

    Parameters
    ----------
    talks
        Calls that a person picked up.
    heard
        What was played to them.
    world
        The world whose laws stay where the log does not tell.
    """
    untold = {}
    found: list[Estimate] = []
    if (why := _not_listening(talks, heard, world.listening)) is not None:
        untold["listening"] = why
    else:
        found += _listening(_alone(talks, heard), heard, world.listening)
    if (why := _not_pressing(talks, heard)) is not None:
        untold["press_1"] = why
    else:
        found.append(_pressing(talks, heard, world))
    return Stayed(len(talks.pressed), tuple(found), untold)


def held_against(fitted: Talks, seen: Talks, heard: Played, law: DurationLaw) -> Iterator[Check]:
    """Shares still there in some calls, and what a fit to others, or to the same, says of them.

    Nothing where the fit's do not tell, or the others are few. What it says is the law of a count
    of so many calls, the share being known as well as the fit knows it (beta-binomial).

    Parameters
    ----------
    fitted, seen
        The calls that were fitted, and those that are held against the fit.
    heard
        What was played to all of them.
    law
        For how long people stay in the world, whose times are looked at.
    """
    held = fitted is not seen
    times, others = _alone(seen, heard), _alone(fitted, heard)
    if _not_listening(fitted, heard, law) or len(times) < LEAST:
        return
    for name, at in _moments(law, heard):
        if at <= min(_last(times, heard), _last(others, heard)):
            count = _still_there(others, at)
            of = betabinom(len(times), count + 0.5, len(others) - count + 0.5)
            low, high = (float(x) / len(times) for x in of.ppf((0.05, 0.95)))
            share = _still_there(times, at) / len(times)
            yield Check(PEOPLE, f"still there after {name}", share, low, high, len(times), held)


def _alone(talks: Talks, heard: Played) -> F64:
    """(n,) For how long those stayed whom no key kept on the line, from the first word, ms."""
    told = ~np.isnan(talks.stayed_ms)
    if heard.gate_ms is not None:
        told &= talks.pressed == 0
    alone: F64 = talks.stayed_ms[told] - heard.analysis_ms
    return alone


def _not_listening(talks: Talks, heard: Played, law: DurationLaw) -> tuple[str, str] | None:
    """Why a log does not tell how long people stay, and what would; None where it tells."""
    if heard.keyed:
        return "a key ends calls as well as a hang-up", "a log of keys"
    if heard.gate_ms is not None and not _keys_told(talks):
        return "who pressed the gate's key is not told", "a log of keys"
    times = _alone(talks, heard)
    if len(times) < _LEAST_CALLS:
        return (
            f"of {len(times):,} calls of people it is known how long they stayed; {_LEAST_CALLS} "
            "are the fewest",
            "more calls with ring times and ends",
        )
    seconds = heard.script_ms / 1000
    if min(at for _, at in _moments(law, heard)) > _last(times, heard):
        return (
            f"the {seconds:g} s that were played end before the world's first time",
            "a longer one",
        )
    if np.mean(times > heard.script_ms + _LATE_MS) > _MOST_LONGER:
        why = f"calls went on for longer than the {seconds:g} s that the world plays"
        return why, "the message's length: --message"
    early = times[(times > _LATE_MS) & (times < heard.script_ms - _LATE_MS)]
    if len(early) and np.bincount((early // 1000).astype(np.int64)).max() > _AT_ONCE * len(times):
        why = f"many calls end at once before the {seconds:g} s that the world plays are over"
        return why, "the message's length: --message"
    return None


def _keys_told(talks: Talks) -> bool:
    return bool(np.mean(talks.pressed >= 0) > 0.95) if len(talks.pressed) else False


def _listening(times: F64, heard: Played, law: DurationLaw) -> Iterator[Estimate]:
    """Shares still there; later than the script ends, as the world has it, from where it ends."""
    n, there = len(times), _there(law)
    final, last = 0, _last(times, heard)
    ends = (1.0, 1.0, 1.0)
    draws = np.ones(len(_POINTS))
    for name, at in _moments(law, heard):
        if at <= last:
            count = _still_there(times, at)
            of = beta(count + 0.5, n - count + 0.5)
            points = tuple(map(float, of.ppf((0.05, 0.5, 0.95))))
            final, draws, status = at, of.ppf(_POINTS), _FITTED
        else:
            further = there(at) / there(final)
            points = tuple(end * further for end in ends)
            final, draws, status = at, draws * further, _PART
        low, central, high = (min(x, _FALL * end) for x, end in zip(points, ends, strict=True))
        ends = (low, central, high)
        yield Estimate(f"{LISTENING}{name}", low, central, high, status, draws, "share")


def _still_there(times: F64, at: int) -> float:
    """How many stayed for so long, ms; of whole seconds, half of those whose second it is."""
    count = float(np.count_nonzero(times >= at))
    return (count + np.count_nonzero(times >= at + 1000)) / 2 if _whole(times) else count


def _whole(times: F64) -> bool:
    """Whether moments were cut to whole seconds: a stay between two is right on average alone."""
    return bool((np.mod(times, 1000) == 0).all())


def _last(times: F64, heard: Played) -> int:
    """The last moment of which the log tells who had hung up, ms."""
    return heard.script_ms - (1_500 if _whole(times) else 500)


def _moments(law: DurationLaw, heard: Played) -> tuple[tuple[str, int], ...]:
    """Where shares are stated: the world's own times, or three quarters of what is played."""
    if isinstance(law, Survival):
        return tuple(sorted(((each, parse_duration(each)) for each in law.points), key=_at))
    quarter = max(heard.script_ms // 4_000, 1)
    return tuple((f"{k * quarter} s", k * quarter * 1000) for k in (1, 2, 3))


def _at(moment: tuple[str, int]) -> int:
    return moment[1]


def _there(law: DurationLaw) -> Callable[[int], float]:
    """The share of a law that is still there after some time, ms."""
    words = ((np.arange(4096) + 0.5) / 4096 * 2.0**32).astype(np.uint32)
    times = np.sort(table(law).uncompiled(words))

    def there(at: int) -> float:
        return float((len(times) - np.searchsorted(times, at) + 0.5) / (len(times) + 1))

    return there


def _not_pressing(talks: Talks, heard: Played) -> tuple[str, str] | None:
    """Why a log does not tell who presses the key, and what would; None where it tells."""
    if heard.gate_ms is None:
        return "nobody was asked for a key", "calls with a gate, and a log of keys"
    told = int(np.count_nonzero(talks.pressed >= 0))
    if told < _LEAST_CALLS or not _keys_told(talks):
        return "who pressed the gate's key is not told", "a log of keys"
    return None


def _pressing(talks: Talks, heard: Played, world: World) -> Estimate:
    """The share that presses, of those who are there to be asked and soon enough."""
    assert heard.gate_ms is not None
    asked = talks.pressed >= 0
    n, pressed = int(asked.sum()), int(np.count_nonzero(talks.pressed == 1))
    soon = 1 - _there(world.press_1_delay)(heard.gate_ms)
    noticed = _there(world.listening)(heard.notice_ms) if heard.notice_ms else 1.0
    of, part = beta(pressed + 0.5, n - pressed + 0.5), soon * noticed
    low, central, high = (min(float(x) / part, 1.0) for x in of.ppf((0.05, 0.5, 0.95)))
    status = _FITTED if part >= _IN_TIME else _PART
    return Estimate(PRESS_1, low, central, high, status, of.ppf(_POINTS) / part, "share")
