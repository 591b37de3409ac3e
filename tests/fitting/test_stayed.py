"""How long people stay, and who presses the key: fitted to logs whose truth is known."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.stats import binom, binomtest

import sim
from sim.fitting.stayed import (
    LISTENING,
    Played,
    Stayed,
    Talks,
    held_against,
    played,
    stayed,
    talks_of,
)
from sim.scenario.world import World
from tests.fitting.simulated import WORLD
from tests.fitting.stays import POINTS, patience

FALSE_ALARM = 1e-3
MESSAGE = Played(analysis_ms=2_000, script_ms=25_000)
ASKED = Played(analysis_ms=2_000, script_ms=10_000, gate_ms=10_000)


@cache
def world() -> World:
    """The world that is fitted."""
    return sim.load(WORLD).scenario.world


def of(found: Stayed) -> dict[str, Any]:
    return {each.path.removeprefix("world."): each for each in found.estimates}


def told(stayed_ms: Any, pressed: Any = -1, day: Any = 0) -> Talks:
    """Calls for so long after they were picked up."""
    n = len(stayed_ms)
    return Talks(
        np.asarray(stayed_ms, np.float64),
        *(np.broadcast_to(each, n).astype(np.int64) for each in (pressed, day)),
    )


def talks(seconds: Any, pressed: Any = -1, day: Any = 0) -> Talks:
    """The same from the first word on, two seconds after."""
    return told(2_000 + 1_000 * seconds, pressed, day)


def test_a_share_is_that_of_the_calls_that_were_still_there() -> None:
    """320 of 400 calls stayed 6 s, 200 of them 19 s: medians near the shares, exact intervals."""
    seconds = np.r_[np.full(80, 3.0), np.full(120, 10.5), np.full(200, 25.0)]
    rng = np.random.default_rng(1)
    seconds[:200] += rng.random(200)  # nobody else ends at one moment
    seconds[:80] -= 2 * rng.random(80)
    seconds[80:200] += 7 * rng.random(120)
    found = of(stayed(talks(seconds), MESSAGE, world()))
    assert set(found) == {"listening.points.6 s", "listening.points.19 s"}
    for name, there in (("6 s", 320), ("19 s", 200)):
        each = found[f"listening.points.{name}"]
        exact = binomtest(there, 400).proportion_ci(0.9, "exact")
        assert exact.low < each.low < each.central < each.high < exact.high  # Jeffreys lies inside
        assert each.central == pytest.approx(there / 400, abs=0.002)
        assert each.high - each.low == pytest.approx(2 * 1.645 * np.sqrt(
            there / 400 * (1 - there / 400) / 400), rel=0.03)  # fmt: skip
        assert each.status == "fitted"


def test_what_a_detection_takes_is_no_patience() -> None:
    """Five seconds of analysis, then 18 of message: of those nobody has stayed for 19."""
    slow = Played(analysis_ms=5_000, script_ms=25_000)
    found = of(stayed(told(np.linspace(16_000, 23_900, 400)), slow, world()))
    assert found["listening.points.6 s"].low > 0.99
    assert found["listening.points.19 s"].high < 0.01


@pytest.mark.parametrize("whole", [False, True], ids=["to the millisecond", "whole seconds"])
def test_intervals_hold_the_truth_as_often_as_they_say(whole: bool) -> None:
    """400 logs of 500 calls, each of another truth; one false alarm in a thousand for all."""
    rng = np.random.default_rng(3)
    inside = dict.fromkeys(POINTS, 0)
    for _ in range(400):
        first = rng.uniform(0.8, 0.98)
        truth = (first, first * rng.uniform(0.5, 0.9))
        picked = rng.random(500)
        ends = picked + 2 + np.minimum(patience(rng, truth, 500), 25)
        if whole:  # as a log that cuts both stamps does
            picked, ends = np.floor(picked), np.floor(ends)
        log = told(1_000 * (ends - picked))
        found = of(stayed(log, MESSAGE, world()))
        for at, share in zip(POINTS, truth, strict=True):
            each = found[f"listening.points.{at:g} s"]
            inside[at] += each.low <= share <= each.high
    alpha = FALSE_ALARM / 4
    least, most = binom.ppf(alpha / 2, 400, 0.9), binom.ppf(1 - alpha / 2, 400, 0.9)
    assert all(least <= count <= most for count in inside.values()), (inside, least, most)


def test_what_the_engine_plays_is_found_again(tmp_path: Path) -> None:
    """Its own log, as a dialer would tell it: 75 % are there after 19 s, of a message of 25 s."""
    scenario = sim.load(WORLD)
    sim.run(scenario, tmp_path / "run", calls=True, seed=5)
    calls = pq.read_table(tmp_path / "run" / "calls.parquet").to_pandas()
    people = calls[calls["outcome"].astype(str).str.startswith("heard")]
    assert len(people) > 2_000
    log = told((people["hold_ms"] - people["ring_ms"]).to_numpy())
    base = scenario.scenario.strategies[scenario.scenario.base]
    found = of(stayed(log, played(base), scenario.scenario.world))
    for at, share in ((6, 0.97), (19, 0.75)):
        each = found[f"listening.points.{at} s"]
        wide = (each.high - each.low) / (2 * 1.645) * 3.9  # one false alarm in ten thousand
        assert abs(each.central - share) < wide


def test_at_a_gate_those_who_press_nothing_tell_how_long_people_stay() -> None:
    """And the key's share is of all who were asked; 10 s see 99 % of those who would press."""
    rng = np.random.default_rng(4)
    there, n = (0.9, 0.6), 4_000
    wants = rng.random(n) < 0.3
    delay = 3 * np.exp(np.log(2) / 1.2815515655446004 * rng.standard_normal(n))
    pressed = wants & (delay < 10)
    stays = patience(rng, there, n)
    seconds = np.where(pressed, delay + np.minimum(stays, 90), np.minimum(stays, 10))
    found = of(stayed(talks(seconds, pressed), ASKED, world()))
    assert set(found) == {"press_1", "listening.points.6 s", "listening.points.19 s"}
    key, early, late = (
        found[name] for name in ("press_1", "listening.points.6 s", "listening.points.19 s")
    )
    assert key.low < 0.3 < key.high < key.low + 0.03
    assert early.low < 0.9 < early.high
    assert [key.status, early.status, late.status] == ["fitted", "fitted", "part prior"]
    # Later than the gate the world's own law goes on: of 97 % after 6 s, 75 % are there after 19.
    assert late.central == pytest.approx(early.central * 0.75 / 0.97, rel=0.01)


def test_a_shorter_gate_tells_of_those_alone_who_press_in_time() -> None:
    """Within 3 s, the median, half of them: the share is twice what was seen, and part prior."""
    short = Played(0, 3_000, 3_000)
    pressed = np.r_[np.ones(100), np.zeros(900)].astype(np.int64)
    found = of(stayed(told(np.full(1_000, 3_000.0), pressed), short, world()))
    assert found["press_1"].central == pytest.approx(0.2, abs=0.003)
    assert found["press_1"].status == "part prior"


@pytest.mark.parametrize(
    ("seconds", "heard", "why"),
    [
        (np.full(299, 10.0), MESSAGE, "299 calls of people"),
        (np.r_[np.full(950, 10.0), np.full(50, 40.0)], MESSAGE, "for longer than the 25 s"),
        (np.r_[np.arange(600) / 50, np.full(400, 12.3)], MESSAGE, "end at once before the 25 s"),
        (np.full(1_000, 4.0), Played(2_000, 4_000), "before the world's first time"),
        (np.full(1_000, 10.0), ASKED, "who pressed the gate's key is not told"),
        (np.full(1_000, 10.0), Played(0, 25_000, keyed=True), "a key ends calls"),
    ],
    ids=["few", "longer", "at once", "short", "gate", "keyed"],
)  # fmt: skip
def test_a_log_that_does_not_tell_says_why(seconds: Any, heard: Played, why: str) -> None:
    found = stayed(talks(seconds), heard, world())
    assert found.estimates == ()
    assert why in found.untold["listening"][0]
    assert "press_1" in found.untold


def test_of_an_import_people_alone_are_looked_at() -> None:
    """Ring times are no part of a stay; what ends before it was picked up is not told."""
    at = pa.timestamp("ms", "UTC")
    calls = pa.table(
        {
            "disposition": ["human", "machine", "human", "human", "no_answer", "human"],
            "start_utc": pa.array([0, 0, 1_000, 0, 0, 0], at),
            "end_utc": pa.array([30_000, 30_000, 21_000, 4_000, 20_000, None], at),
            "ring_ms": pa.array([10_000, 10_000, 12_000, 5_000, 20_000, 5_000], pa.int32()),
            "pressed": pa.array([True, None, False, None, None, None]),
            "zone": ["Europe/Paris", "Europe/Paris", "Asia/Tokyo", None, None, "UTC"],
        }
    )
    found = talks_of(calls)
    np.testing.assert_array_equal(found.stayed_ms, [20_000, 8_000, np.nan, np.nan])
    np.testing.assert_array_equal(found.pressed, [1, 0, -1, -1])
    np.testing.assert_array_equal(found.day, [0, 0, -1, 0])
    assert len(found.on([0]).pressed) == 3


def test_days_are_held_against_the_law_of_a_count() -> None:
    """200 of 400 stayed 19 s on the days fitted; by hand, Jeffreys' binomial of 400 calls more."""
    seconds = np.r_[np.linspace(0.1, 18, 200), np.full(200, 25.0)]
    first, second = talks(seconds), talks(np.r_[np.linspace(0.1, 18, 260), np.full(140, 25.0)])
    early, late = held_against(first, second, MESSAGE, world().listening)
    assert (early.what, late.what) == ("still there after 6 s", "still there after 19 s")
    # Twice the variance of one sample of 400: that of the share, and that of the count.
    wide = 1.645 * np.sqrt(2 * 0.25 / 400)
    assert (late.low, late.high) == pytest.approx((0.5 - wide, 0.5 + wide), abs=0.004)
    assert (late.seen, late.held, late.inside) == (140 / 400, True, False)
    (same,) = [c for c in held_against(first, first, MESSAGE, world().listening) if "19" in c.what]
    assert (same.inside, same.held) == (True, False)
    assert list(held_against(first, talks(np.full(10, 5.0)), MESSAGE, world().listening)) == []


def test_what_a_strategy_plays() -> None:
    """Notices are a part of the script; a gate's ends with the wait for its key."""
    text = WORLD.replace("strategies:\n  one: {}", """strategies:
  plain: {}
  gated:
    message: {gate: press-1, gate_timeout: 8 s, opt_out: start, opt_out_notice: 5 s}
    amd: {on_machine: hang_up, analysis_time: 3 s, human_as_machine: 1 %, machine_as_human: 1 %}
  last: {message: {opt_out: end, opt_out_notice: 4 s}}""")  # fmt: skip
    found = sim.load(text).scenario.strategies
    assert played(found["plain"]) == Played(0, 25_000)
    assert played(found["gated"]) == Played(3_000, 13_000, 8_000, 5_000)
    assert played(found["last"]) == Played(0, 29_000)
    assert played(found["gated"], 40_000) == Played(3_000, 40_000)
    assert LISTENING.startswith("world.listening")
