"""Answering as competing risks: the stated shares come out, and a time-out moves them rightly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.behaviour.answering import (
    UnreachableSharesError,
    cohort_odds,
    latent,
    shares,
    strata,
    thresholds,
)
from sim.behaviour.hours import HOUR_TABLES, hour_odds, reference_quarters
from sim.engine import fast
from sim.engine.plan.build import build_plan
from sim.record.log import DISPOSITION_OF_OUTCOME, LogChunk
from sim.scenario.answering import Answering
from sim.scenario.scenario import Scenario
from tests.statistics import BIAS, Z, share_z
from tests.worlds import plain

RING = {
    "human_ring": {"law": "lognormal", "median": "8 s", "p90": "15 s"},
    "machine_ring": {"law": "lognormal", "median": "20 s", "p90": "23 s"},
}
FRANCE = {"invalid": 0.03, "busy": 0.04, "machine": 0.32, "human": 0.33, **RING}


def dispositions(scenario: Scenario) -> np.ndarray:
    """Calls by disposition in a run of first attempts."""
    counts = np.zeros(16, dtype=np.int64)

    def sink(chunk: LogChunk) -> None:
        counts[:] += np.bincount(chunk.outcome, minlength=16)

    fast.run(build_plan(scenario, "only"), sink)
    found = np.bincount(DISPOSITION_OF_OUTCOME, weights=counts).astype(int)
    assert found[-1] == 0  # none fails on the way
    return found[:-1]


@pytest.mark.parametrize("frailty", [None, {"sd": 1.5, "cohorts": 16}])
@pytest.mark.parametrize(
    "segments", [None, {"a": {"share": 0.2, "human_odds": 3.0}, "b": {"share": 0.8}}]
)
def test_stated_shares_come_out(frailty: Any, segments: Any) -> None:
    """At the reference time-out, whatever the frailty: each within z of 1e-4, a million lines."""
    scenario = plain(
        world={"lines": 1_000_000, "segments": segments}, answering={**FRANCE, "frailty": frailty}
    )
    counts = dispositions(scenario)
    expected = (0.03, 0.04, 0.28, 0.32, 0.33)
    for count, share in zip(counts.tolist(), expected, strict=True):
        assert abs(share_z(count, 1_000_000, share)) < Z
        assert abs(share_z(count, 1_000_000, share * BIAS)) > Z


def test_a_shorter_time_out_gives_more_no_answers() -> None:
    """Source P4: no answer 25–35 % at 25 s, over half at 15 s."""
    shares = {
        seconds: dispositions(plain(answering=FRANCE, dialing={"ring_timeout": f"{seconds} s"}))
        / 100_000
        for seconds in (10, 15, 20, 25, 40)
    }
    no_answer = [shares[s][2] for s in (10, 15, 20, 25, 40)]
    assert no_answer == sorted(no_answer, reverse=True)
    assert 0.25 < shares[25][2] < 0.35
    assert shares[15][2] > 0.5
    # Invalid and busy calls do not ring.
    assert shares[10][0] == shares[40][0]
    assert shares[10][1] == shares[40][1]


def test_the_week_averages_to_the_stated_share() -> None:
    """Mean chance over the reference hours, cohorts and segments is the latent chance, exactly."""
    scenario = plain(
        answering={**FRANCE, "by_hour": "us-landline", "frailty": {"sd": 1.0, "cohorts": 8}}
    )
    answering = scenario.world.line_types["landline"].answering
    hidden = latent(answering, "here")
    rows = thresholds(scenario.world, (hidden,))[0, 0].astype(float) / 2**32
    human = (rows[..., 1] - rows[..., 0]) / (1 - rows[..., 0])
    assert human[reference_quarters()].mean() == pytest.approx(hidden.would_answer, abs=1e-8)


def test_hour_table_is_the_published_one() -> None:
    """P7: best and worst landline cells differ by 1.38, mobile by 1.2; odds keep the order."""
    for name, ratio in (("us-landline", 1.38), ("us-mobile", 1.2)):
        cells = np.array(HOUR_TABLES[name])
        assert cells.max() / cells.min() == pytest.approx(ratio, abs=0.01)
    odds = hour_odds("us-landline")
    monday, friday, sunday = 0, 4 * 96, 6 * 96
    assert odds[monday + 9 * 4] == odds[monday + 11 * 4 + 3] < odds[monday + 12 * 4]
    assert odds[monday + 20 * 4] > odds[monday + 17 * 4] > odds[monday + 16 * 4]
    assert odds[friday + 20 * 4] < odds[friday + 19 * 4]
    assert odds[sunday + 10 * 4] > odds[monday + 10 * 4]
    assert (hour_odds(None) == 1).all()


def test_a_table_of_ones_own_by_hand() -> None:
    """Twice the odds on Saturday mornings; ten times all of it changes no chance."""
    table = [{"days": "sat", "from": "10:00", "to": "12:00", "odds": 2}]
    tenfold = [
        {"days": "all", "from": "00:00", "to": "10:00", "odds": 10},
        {"days": "all", "from": "12:00", "to": "24:00", "odds": 10},
        {"days": "sat", "from": "10:00", "to": "12:00", "odds": 20},
        {"days": ["mon-fri", "sun"], "from": "10:00", "to": "12:00", "odds": 10},
    ]
    rows = []
    for parts in (table, tenfold):
        world = plain(
            world={"hours": {"ours": parts}}, answering={**FRANCE, "by_hour": "ours"}
        ).world
        odds = hour_odds("ours", world.hours)
        saturday = np.arange(5 * 96 + 40, 5 * 96 + 48)
        assert (odds[saturday] / odds[0] == 2).all()
        assert (np.delete(odds, saturday) == odds[0]).all()
        rows.append(thresholds(world, (latent(world.line_types["landline"].answering, ""),)))
    assert np.abs(rows[0].astype(np.int64) - rows[1]).max() <= 1
    human = rows[0][0, 0, :, 0].astype(np.float64)
    chance = (human[:, 1] - human[:, 0]) / (2.0**32 - human[:, 0])
    ratio = chance / (1 - chance)
    assert ratio[5 * 96 + 40] / ratio[0] == pytest.approx(2, rel=1e-6)


REPUTATION = {
    "update": "1 h", "allowed_per_day": 75, "short_call": 2, "report": 20, "label_at": 300,
    "half_life": "4 d", "labelled_odds": 0.4,
}  # fmt: skip


def answering_of(scenario: Scenario) -> Answering:
    return scenario.world.line_types["landline"].answering


def chances(scenario: Scenario) -> np.ndarray:
    """Chances that somebody would pick up a call that is not busy, from the threshold rows."""
    rows = thresholds(scenario.world, (latent(answering_of(scenario), "here"),)) / 2**32
    return np.asarray((rows[..., 1] - rows[..., 0]) / (1 - rows[..., 0]))


@pytest.mark.parametrize("name", sorted(HOUR_TABLES))
def test_every_quarter_hour_has_the_odds_of_its_published_cell(name: str) -> None:
    """By day and hour, against the mean over 9:00 to 21:00: 3, 5, 3 and 1 hours, 4 + 3 days."""
    table = HOUR_TABLES[name]
    days = [table[0]] * 4 + [table[1], table[2], table[3]]
    mean = sum((3 * a + 5 * b + 3 * c + d) / 12 for a, b, c, d in days) / 7
    odds = hour_odds(name)
    for day, (morning, afternoon, evening, night) in enumerate(days):
        for hour in range(24):
            share = (
                morning if hour < 12
                else afternoon if hour < 17
                else evening if hour < 20
                else night
            )  # fmt: skip
            expected = share / (1 - share) * (1 - mean) / mean
            first = day * 96 + hour * 4
            assert odds[first : first + 4] == pytest.approx([expected] * 4, rel=1e-12), (day, hour)


def test_cohorts_lie_at_the_middles_of_a_normal_law_of_the_stated_spread() -> None:
    """Not of its square, nor of its root: seven cohorts of a law with a spread of 2.5."""
    answering = answering_of(plain(answering={"frailty": {"sd": 2.5, "cohorts": 7}}))
    middles = stats.norm(0, 2.5).ppf((np.arange(7) + 0.5) / 7)
    np.testing.assert_allclose(cohort_odds(answering, 7), np.exp(middles), rtol=1e-9)


def test_the_rest_is_what_all_the_other_shares_leave() -> None:
    """1 - 5 % - 10 % - 20 % - 30 %."""
    stated = {"invalid": 0.05, "busy": 0.1, "machine": 0.2, "human": 0.3, **RING}
    found = shares(answering_of(plain(answering=stated)))
    assert found == pytest.approx(
        {"invalid": 0.05, "busy": 0.1, "no_answer": 0.35, "machine": 0.2, "human": 0.3}
    )


def test_a_tie_goes_to_the_person() -> None:
    """Both at 10 s: of 30 % whom a person takes nothing is left to machines, which then need
    20 / 70 of the lines."""
    both = {"human_ring": "10 s", "machine_ring": "10 s", "human": 0.3, "machine": 0.2}
    hidden = latent(answering_of(plain(answering=both)), "here")
    assert hidden.would_answer == pytest.approx(0.3)
    assert hidden.machine == pytest.approx(0.2 / 0.7)


def test_a_label_multiplies_the_odds_of_a_person() -> None:
    """Odds with a label over odds without, at every quarter-hour and cohort: 0.4, no less."""
    answering = {**FRANCE, "by_hour": "us-mobile", "frailty": {"sd": 1.0, "cohorts": 4}}
    plainly, labelled = chances(plain(world={"reputation": REPUTATION}, answering=answering))
    ratio = labelled / (1 - labelled) / (plainly / (1 - plainly))
    np.testing.assert_allclose(ratio, 0.4, rtol=1e-5)


def test_a_consent_that_does_not_cover_calls_is_none() -> None:
    """60 % consent and 70 % of that covers calls, so 42 % of each segment answer as consenting."""
    scenario = plain(
        world={
            "consent": {"share": 0.6, "covers_calls": 0.7, "human_odds": 3.0},
            "segments": {"a": {"share": 0.2, "human_odds": 5.0}, "b": {"share": 0.8}},
        }
    )
    weight, odds = strata(scenario.world)
    assert weight == pytest.approx([0.2 * 0.58, 0.2 * 0.42, 0.8 * 0.58, 0.8 * 0.42])
    assert odds == pytest.approx([5, 15, 1, 3])


def test_cohorts_are_symmetric_and_spread_as_told() -> None:
    answering = (
        plain(answering={"frailty": {"sd": 1.0, "cohorts": 64}})
        .world.line_types["landline"]
        .answering
    )
    log_odds = np.log(cohort_odds(answering, 64))
    np.testing.assert_allclose(log_odds, -log_odds[::-1], atol=1e-12)
    assert log_odds.std() == pytest.approx(1.0, abs=0.03)


def test_attempts_beyond_the_last_level_keep_it() -> None:
    scenario = plain(answering={**FRANCE, "by_attempt": [1.0, 0.5]})
    hidden = latent(scenario.world.line_types["landline"].answering, "here")
    rows = thresholds(scenario.world, (hidden,))[0]
    assert rows.shape == (2, 672, 1, 2)
    assert (rows[1, :, :, 1] < rows[0, :, :, 1]).all()
    assert (rows[1, :, :, 0] == rows[0, :, :, 0]).all()


def test_shares_that_cannot_be() -> None:
    """Machines that pick up after the time-out cannot take a third of the calls."""
    scenario = plain(answering={**FRANCE, "machine_ring": "40 s"})
    with pytest.raises(UnreachableSharesError, match=r"machine 32\.0% of dials") as caught:
        latent(scenario.world.line_types["landline"].answering, "the.path")
    assert caught.value.path == "the.path"


@settings(max_examples=60, deadline=None)
@given(
    human=st.floats(0, 0.6),
    machine=st.floats(0, 0.35),
    median=st.integers(2, 30),
    factor=st.floats(1.05, 3),
    limit=st.integers(8, 40),
)
def test_latent_numbers_solve_their_equations(
    human: float, machine: float, median: int, factor: float, limit: int
) -> None:
    """Put back into the two equations, by a quadrature of its own, they give the shares."""
    answering = (
        plain(
            answering={
                "human": human,
                "machine": machine,
                "at_ring_timeout": f"{limit} s",
                "human_ring": RING["human_ring"],
                "machine_ring": {
                    "law": "lognormal",
                    "median": f"{median} s",
                    "p90": f"{round(median * factor * 1000)} ms",
                },
            }
        )
        .world.line_types["landline"]
        .answering
    )
    try:
        hidden = latent(answering, "here")
    except UnreachableSharesError:
        return
    assert 0 <= hidden.would_answer <= 1
    assert 0 <= hidden.machine <= 1
    words = np.arange(1 << 21, 1 << 32, 1 << 22, dtype=np.uint32)
    h = hidden.human_ring(words)[:, None]
    m = hidden.machine_ring(words)[None, :]
    end = limit * 1000
    first = np.mean((m < h) & (h < end))  # the machine is first, the person would be in time
    taken = np.mean((h <= m) & (m < end))
    assert hidden.would_answer * (np.mean(h < end) - hidden.machine * first) == pytest.approx(
        human, abs=2e-3
    )
    assert hidden.machine * (np.mean(m < end) - hidden.would_answer * taken) == pytest.approx(
        machine, abs=2e-3
    )
