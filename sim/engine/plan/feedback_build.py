"""From a scenario's words to the plan of what acts back on one of its campaigns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.calling_back import call_back_tables
from sim.behaviour.complaining import Shock, complaint_tables
from sim.behaviour.reputation import reputation_plan
from sim.engine.plan import calendar
from sim.engine.plan.almanac import Almanac
from sim.engine.plan.feedback_plan import FeedbackPlan, Reaction, RegulatorPlan
from sim.engine.plan.plan import Calling
from sim.record.feedback import Channel
from sim.regimes.laws import NO_LAWS, Laws
from sim.regimes.model import Rule, SilenceRule
from sim.scenario.complaints import Complaints
from sim.scenario.regulator import Regulator, Reviews
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy

_EPOCH = dt.date(1970, 1, 1).toordinal()


def build_feedback(
    scenario: Scenario,
    strategy: Strategy,
    calling: tuple[Calling, ...],
    start_utc_ms: int,
    cutoff_ms: int,
    objection_first: tuple[bool, ...],
    gives_number: tuple[bool, ...],
    stage_reactions: tuple[Reaction, Reaction, Reaction],
    laws: Laws = NO_LAWS,
    almanac: Almanac | None = None,
) -> FeedbackPlan | None:
    """What acts back on one strategy, or None where nothing does.

    Parameters
    ----------
    scenario, strategy
        A checked scenario, already scaled, and the strategy.
    calling
        By territory: its calendar.
    start_utc_ms, cutoff_ms
        The campaign's start, ms since 1970 UTC, and its cutoff, ms since the start.
    objection_first, gives_number
        By posture: whether the message tells of objection at its start, and whether the voicemail
        gives a number.
    stage_reactions
        What the campaign does when the regulator contacts it, reminds, and orders it to stop.
    laws
        With the regime whose silence before a poll the world's complaints mean.
    almanac
        Tells what local clocks show.
    """
    world, refresh = scenario.world, strategy.suppression.refresh
    parts = (world.complaints, world.regulator, world.call_back, world.reputation, refresh)
    keyed = strategy.message.opt_out_key and world.opting_out is not None
    if all(part is None for part in parts) and not keyed:
        return None
    complaints = world.complaints
    horizon = cutoff_ms if complaints is None else complaints.horizon
    silence = (
        tuple(np.empty((0, 2), dtype=np.int64) for _ in calling)
        if complaints is None or complaints.silence is None
        else _silences(
            scenario,
            strategy,
            complaints.silence,
            laws.rules(complaints.silence),
            almanac or Almanac(),
            start_utc_ms,
            horizon,
        )
    )
    return FeedbackPlan(
        complaints=complaint_tables(
            complaints,
            silence,
            objection_first,
            rings=strategy.dialing.ring,
            shocks=_shocks(complaints, strategy, start_utc_ms),
        )
        if complaints
        else None,
        call_back=call_back_tables(world.call_back, strategy.inbound.lines, gives_number)
        if world.call_back
        else None,
        regulator=_regulator(
            world.regulator, start_utc_ms, horizon, stage_reactions, almanac or Almanac()
        )
        if world.regulator
        else None,
        reputation=reputation_plan(world.reputation, cutoff_ms) if world.reputation else None,
        refresh_ms=tuple(range(refresh, cutoff_ms, refresh)) if refresh else (),
    )


def _shocks(complaints: Complaints, strategy: Strategy, start_utc_ms: int) -> tuple[Shock, ...]:
    """Each story that breaks from the start on, under its number in the file."""
    zone = strategy.campaign.timezone
    found = (
        Shock(
            number,
            calendar.utc_ms(shock.at, zone) - start_utc_ms,
            int(Channel[shock.channel.upper()]),
        )
        for number, shock in enumerate(complaints.shocks)
    )
    return tuple(shock for shock in found if shock.moment_ms >= 0)


def _regulator(
    regulator: Regulator,
    start_utc_ms: int,
    horizon_ms: int,
    reactions: tuple[Reaction, Reaction, Reaction],
    almanac: Almanac,
) -> RegulatorPlan:
    """When the regulator looks, and what follows."""
    from_reports, reviews = regulator.thresholds, regulator.reviews
    asked = ("reviews", reviews, start_utc_ms, horizon_ms)
    return RegulatorPlan(
        review_ms=almanac.kept(asked, lambda: review_moments(reviews, start_utc_ms, horizon_ms)),
        registration_ms=regulator.registration,
        thresholds=(from_reports.contact, from_reports.reminder, from_reports.order),
        reactions=reactions,
    )


def review_moments(reviews: Reviews, start_utc_ms: int, horizon_ms: int) -> tuple[int, ...]:
    """Moments of review after a campaign's start up to its horizon, ms since the start.

    A review at a time that the clock skips takes place when it would have been by the old clock; at
    one that the clock repeats, the first time.
    """
    zone = ZoneInfo(reviews.timezone)
    first, last = (
        dt.datetime.fromtimestamp(moment // 1000, tz=zone).date().toordinal()
        for moment in (start_utc_ms, start_utc_ms + horizon_ms)
    )
    # A review at 24:00 on the day before may fall after the start.
    days = (dt.datetime.fromordinal(day) for day in range(first - 1, last + 1))
    moments = (
        calendar.utc_ms(day + dt.timedelta(minutes=reviews.at), reviews.timezone) - start_utc_ms
        for day in days
        if day.weekday() in reviews.days
    )
    return tuple(moment for moment in moments if 0 < moment <= horizon_ms)


def _silences(
    scenario: Scenario,
    strategy: Strategy,
    regime: str,
    of_regime: Sequence[Rule],
    almanac: Almanac,
    start_utc_ms: int,
    horizon_ms: int,
) -> tuple[NDArray[np.int64], ...]:
    """By territory: the silence before polls, (k, 2) int64 intervals, ms since the start.

    As everywhere, local time is what the clock on the wall shows at each minute. The rules are
    those in force on some day of the campaign; where readings differ, the strict one.
    """
    opens, closes = strategy.campaign.start.date(), strategy.campaign.cutoff.date()
    rules = [
        rule
        for rule in of_regime
        if isinstance(rule, SilenceRule)
        and rule.reading != "lenient"
        and rule.since <= closes
        and (rule.until is None or rule.until >= opens)
    ]
    zones = tuple((name, one.timezone) for name, one in scenario.world.territories.items())

    def found() -> tuple[NDArray[np.int64], ...]:
        return _silent(zones, rules, almanac, start_utc_ms, horizon_ms)

    asked = ("silence", zones, regime, opens, closes, start_utc_ms, horizon_ms)
    return almanac.kept(asked, found)


def _silent(
    zones: Sequence[tuple[str, str]],
    rules: Sequence[SilenceRule],
    almanac: Almanac,
    start_utc_ms: int,
    horizon_ms: int,
) -> tuple[NDArray[np.int64], ...]:
    """By territory, of which name and time zone are given: silences of some rules."""
    first = start_utc_ms // calendar.MINUTE_MS
    count = -(-horizon_ms // calendar.MINUTE_MS)
    silences = []
    for name, zone in zones:
        local = almanac.local_minutes(zone, first, count)
        silent = np.zeros(count, dtype=np.bool_)
        for rule in rules:
            for poll in rule.polls:
                day = poll.date_in(name, zone).toordinal() - _EPOCH
                starts = (day - rule.days_before) * 1440 + rule.starts
                silent |= (local >= starts) & (local < day * 1440 + rule.ends)
        silences.append(calendar.intervals(silent))
    return tuple(silences)
