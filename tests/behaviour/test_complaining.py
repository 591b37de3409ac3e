"""Complaints, from a scenario's words to integers; and the standing of caller numbers."""

from __future__ import annotations

import datetime as dt
from itertools import product
from math import prod
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.behaviour.complaining import (
    ComplaintTables,
    Family,
    branching_ratio,
    channel_of,
    child,
    children,
    complaint_tables,
    families,
    number_of_children,
    origins,
    parts_of_day,
    seconds,
)
from sim.behaviour.reputation import ReputationPlan, burdens, reputation_plan, short_outcomes
from sim.document.laws import Exponential, LogNormal
from sim.engine.plan.feedback_build import build_feedback
from sim.engine.plan.feedback_plan import Reaction
from sim.loading.packs import packs_of
from sim.record.feedback import Channel, PartOfDay
from sim.record.log import Outcome
from sim.scenario.complaints import Complaints, DayPart
from sim.scenario.reputation import Reputation
from sim.streams import Purpose, make_key, philox_block
from sim.threshold import WORD
from tests.worlds import merge, plain

EFFECTS = {
    "unanswered": 0.1,
    "voicemail": 0.5,
    "consented": 0.05,
    "opposed": 2.0,
    "night": 5.0,
    "meal": 1.5,
    "repeat": 2.5,
    "after_opt_out": 10.0,
    "objection_first": 0.6,
    "silence": 3.0,
    "labelled": 1.2,
    "blocked": 7.0,
}
CONTAGION = {
    "regulator": 0.1,
    "operator": 0.2,
    "social": 0.5,
    "press": 3.0,
    "delay": {"law": "exponential", "mean": "1 d"},
}
HOUR = 3_600_000


def written(**changes: Any) -> dict[str, Any]:
    """Complaints as a scenario writes them."""
    document: dict[str, Any] = {
        "per_million": 16,
        "casebook_effect": 2.0,
        "effects": dict(EFFECTS),
        "night": {"from": "21:00", "to": "08:00"},
        "meals": [{"from": "12:00", "to": "14:00"}, {"from": "19:00", "to": "21:30"}],
        "delay": {"law": "lognormal", "median": "1 d", "p90": "10 d"},
        "channels": {"regulator": 0.2, "operator": 0.4, "social": 0.3, "press": 0.1},
    }
    return merge(document, changes)


def complaints(**changes: Any) -> Complaints:
    return Complaints.model_validate(written(**changes))


def tables(found: Complaints) -> ComplaintTables:
    return complaint_tables(found, (np.empty((0, 2), dtype=np.int64),), (False,))


# ── Chances ──────────────────────────────────────────────────────────────────────────────────────


def test_every_chance_is_the_reference_calls_times_the_effects_that_apply() -> None:
    found = tables(complaints()).thresholds / WORD
    e = EFFECTS
    columns = [
        (1, e["voicemail"], e["unanswered"]),
        (1, e["consented"]),
        (1, e["opposed"]),
        (1, e["night"], e["meal"]),
        (1, e["repeat"]),
        (1, e["after_opt_out"]),
        (1, e["objection_first"]),
        (1, e["silence"]),
        (1, e["labelled"]),
    ]
    expected = np.array([prod(effects) for effects in product(*columns)]).reshape(found.shape)
    # 16 reports per million, over 2, of which a fifth of complaints are. A threshold is the chance
    # cut to whole words.
    assert np.abs(found - 40e-6 * expected).max() <= 1 / WORD
    blocked = tables(complaints()).blocked / WORD
    assert np.abs(blocked - 280e-6 * np.outer((1, 0.05), (1, 2.0))).max() <= 1 / WORD


def test_a_chance_is_at_most_one() -> None:
    found = tables(complaints(per_million=500_000))
    assert found.thresholds.max() == found.blocked.max() == WORD - 1


def test_contagion_leaves_the_casebooks_total() -> None:
    """Direct complaints are fewer by 1 - n, and a cluster has 1 / (1 - n) members."""
    bred = complaints(contagion=CONTAGION)
    n = 0.2 * 0.1 + 0.4 * 0.2 + 0.3 * 0.5 + 0.1 * 3.0
    assert branching_ratio(bred) == pytest.approx(n)
    assert branching_ratio(complaints()) == 0
    alone, with_it = tables(complaints()).thresholds, tables(bred).thresholds
    assert with_it / alone == pytest.approx(np.full(alone.shape, 1 - n), rel=1e-2)
    assert int(with_it[0, 0, 0, 0, 0, 0, 0, 0, 0]) == int(40e-6 * (1 - n) * WORD)


def test_more_contagion_adds_where_the_casebooks_is_told_apart() -> None:
    """Complaints about calls are 1 - 0.2 of the level, however many each breeds here."""
    told = complaints(contagion=CONTAGION, casebook_branching=0.2)
    more = complaints(contagion=CONTAGION | {"press": 4.0}, casebook_branching=0.2)
    none = complaints(casebook_branching=0.2)
    for one in (told, more, none):
        found = tables(one).thresholds
        assert int(found[0, 0, 0, 0, 0, 0, 0, 0, 0]) == int(40e-6 * 0.8 * WORD)


def test_a_cascade_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="must be fewer than one"):
        tables(complaints(contagion=CONTAGION | {"press": 8.0}))


# ── When, where, how many ────────────────────────────────────────────────────────────────────────


def test_parts_of_the_day_may_cross_midnight_and_night_goes_first() -> None:
    part = tables(complaints()).part.reshape(7, 24, 4)
    assert (part == part[0]).all()
    hours = {
        h: PartOfDay.NIGHT if h >= 21 or h < 8 else PartOfDay.MEAL if h in (12, 13, 19, 20) else 0
        for h in range(24)
    }
    assert all((part[0, hour] == expected).all() for hour, expected in hours.items())


def test_parts_of_the_day_are_half_open() -> None:
    day_long = DayPart.model_validate({"from": "00:00", "to": "24:00"})
    assert (parts_of_day(day_long, ()) == PartOfDay.NIGHT).all()
    evening = DayPart.model_validate({"from": "22:15", "to": "24:00"})
    night = np.flatnonzero(parts_of_day(evening, ()) == PartOfDay.NIGHT)
    assert (night % 96).tolist() == list(range(89, 96)) * 7


@pytest.mark.parametrize(
    ("law", "expected"),
    [
        (
            {"law": "lognormal", "median": "1 d", "p90": "10 d"},
            stats.lognorm(s=np.log(10) / stats.norm.ppf(0.9), scale=86_400),
        ),
        ({"law": "exponential", "mean": "6 h"}, stats.expon(scale=21_600)),
    ],
)
def test_delays_are_in_seconds_and_reach_beyond_24_days(law: Any, expected: Any) -> None:
    kind = LogNormal if law["law"] == "lognormal" else Exponential
    found = seconds(kind.model_validate(law))
    for p in (0.001, 0.1, 0.5, 0.9, 0.99):
        assert found.scalar(int(p * WORD)) == pytest.approx(expected.ppf(p), rel=1e-3, abs=1)
    assert found.shortest >= 1
    assert found.longest <= 400 * 86_400
    assert law["law"] != "lognormal" or found.longest == 400 * 86_400


@pytest.mark.parametrize("mean", [0.0, 0.02, 0.5, 3.0, 40.0])
def test_numbers_of_further_complaints_are_poisson(mean: float) -> None:
    found = children(mean) / WORD
    assert np.abs(found - stats.poisson(mean).cdf(np.arange(256))).max() <= 1 / WORD
    assert (np.diff(children(mean).astype(np.int64)) >= 0).all()


def test_a_number_is_how_many_entries_are_at_or_below_the_word() -> None:
    found = tables(complaints(contagion=CONTAGION))
    for channel, mean in enumerate((0.1, 0.2, 0.5, 3.0)):
        edge = found.children[channel]
        for word, number in (
            (0, 0), (int(edge[0]) - 1, 0), (int(edge[0]), 1), (int(edge[1]) - 1, 1),
            (int(edge[1]), 2), (int(edge[4]), 5),
        ):  # fmt: skip
            assert number_of_children(found, channel, word) == number
        words = np.arange(1 << 15, 1 << 32, 1 << 16)
        drawn = np.searchsorted(edge, words.astype(np.uint32), side="right")
        assert drawn.mean() == pytest.approx(mean, rel=2e-3)
        assert drawn.var() == pytest.approx(mean, rel=5e-3)


def test_channels_have_their_shares() -> None:
    found = tables(complaints())
    words = np.arange(1 << 21, 1 << 32, 1 << 22)
    counts = np.bincount([channel_of(found, int(word)) for word in words], minlength=4)
    assert counts / len(words) == pytest.approx([0.2, 0.4, 0.3, 0.1], abs=2e-3)
    assert channel_of(found, 0) == Channel.REGULATOR
    assert channel_of(found, WORD - 1) == Channel.PRESS
    assert channel_of(found, found.channel[0]) == Channel.OPERATOR


# ── Draws ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("blocked", [False, True])
def test_origins_and_families_by_their_keys(blocked: bool) -> None:
    key = make_key(5)
    line, attempt = np.array([7, 123_456], dtype=np.int32), np.array([1, 3], dtype=np.uint8)
    first, second = (
        (Purpose.COMPLAINT_BLOCKED, Purpose.COMPLAINT_BLOCKED_FAMILY)
        if blocked
        else (Purpose.COMPLAINT, Purpose.COMPLAINT_FAMILY)
    )
    drawn = origins(key, line, attempt, blocked=blocked)
    kin = families(key, line, attempt, blocked=blocked)
    for i in range(2):
        counter = (int(line[i]), 0, int(attempt[i]))
        assert [int(column[i]) for column in drawn] == list(
            philox_block((*counter, first), (key.k0, key.k1))
        )
        assert kin[i] == philox_block((*counter, second), (key.k0, key.k1))[:3]


def test_children_have_lines_and_families_of_their_own() -> None:
    key, lines = make_key(5), 1_000
    born = [child(key, Family(0, 17, 18), birth, lines) for birth in range(1, 2_001)]
    assert len({(c.family.a, c.family.b) for c in born}) == len(born)
    counts = np.bincount([c.line * 10 // lines for c in born])
    assert len(counts) == 10
    assert stats.chisquare(counts).pvalue > 1e-4


# ── The silence before a poll ────────────────────────────────────────────────────────────────────


def test_silence_is_by_the_local_clock_of_each_territory() -> None:
    """France, 2017: the eve of the poll and polling day; Guadeloupe votes a day earlier."""
    scenario = plain(
        world={
            "territories": {
                "all": {"share": 0.9, "timezone": "Europe/Paris"},
                "guadeloupe": {"share": 0.1, "timezone": "America/Guadeloupe"},
            },
            "complaints": written(silence="fr-electoral-silence", horizon="7 d"),
        },
        campaign={"start": "2017-04-18 08:00", "cutoff": "2017-04-21 20:00"},
    )
    start = int(dt.datetime(2017, 4, 18, 8, tzinfo=dt.UTC).timestamp()) * 1000
    reaction = Reaction(0, 0, False)
    plan = build_feedback(
        scenario,
        scenario.strategies["only"],
        (),
        start,
        84 * HOUR,
        (False,),
        (False,),
        (reaction,) * 3,
        packs_of(scenario),
    )
    assert plan is not None
    assert plan.complaints is not None
    paris, guadeloupe = plan.complaints.silence_ms
    # Paris is two hours ahead of UTC in April, Guadeloupe four behind.
    assert paris.tolist() == [[86 * HOUR, 134 * HOUR]]
    assert guadeloupe.tolist() == [[68 * HOUR, 116 * HOUR]]


# ── The standing of caller numbers ───────────────────────────────────────────────────────────────


def reputation(**changes: Any) -> Reputation:
    document = {
        "update": "1 h",
        "allowed_per_day": 75,
        "short_call": 0.5,
        "report": 100,
        "label_at": 500,
        "half_life": "2 h",
        "labelled_odds": 0.5,
    }
    return Reputation.model_validate(document | changes)


def test_standing_is_kept_in_thousandths_and_updated_before_the_cutoff() -> None:
    found = reputation_plan(reputation(), 3 * HOUR)
    assert found.update_ms == (HOUR, 2 * HOUR)
    assert reputation_plan(reputation(), 3 * HOUR + 1).update_ms == (HOUR, 2 * HOUR, 3 * HOUR)
    assert (found.allowed, found.short_call, found.report, found.label_at) == (
        3_125, 500, 100_000, 500_000,
    )  # fmt: skip
    assert found.retain == int(65_536 / np.sqrt(2))


def test_a_burden_halves_in_its_half_life() -> None:
    plan = reputation_plan(reputation(update="10 min", half_life="1 h"), HOUR)
    burden, nothing = np.array([10**9, 0]), np.zeros(2, dtype=np.int64)
    for _ in range(6):
        burden = burdens(plan, burden, nothing, nothing, nothing)
    assert burden[0] == pytest.approx(10**9 / 2, rel=1e-4)
    assert burden[1] == 0


def test_what_burdens_a_number() -> None:
    plan = ReputationPlan((), 3_125, 500, 100_000, 1, 32_768)
    old, calls, short, reports = (
        np.array(column) for column in ([1_001, 0, 0], [10, 3, 0], [4, 0, 0], [0, 2, 0])
    )
    assert burdens(plan, old, calls, short, reports).tolist() == [500 + 6_875 + 2_000, 200_000, 0]


def test_short_calls_are_those_heard_for_less_than_six_seconds() -> None:
    short = short_outcomes((3_000, 6_000, 30_000))
    assert np.flatnonzero(short).tolist() == [
        Outcome.HUMAN_TAKEN_FOR_MACHINE, Outcome.HUMAN_AT_GATE, Outcome.HEARD, Outcome.HEARD + 1,
    ]  # fmt: skip
    assert np.flatnonzero(short_outcomes((6_000,))).tolist() == [6, 7, 8]
