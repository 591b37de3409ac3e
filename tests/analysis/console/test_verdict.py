"""The verdict: what it says of numbers that are known, and that it fits a screen."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pytest

from analysis.console.verdict import LINES, WIDTH, _broken, verdict_text
from analysis.view import RunView
from analysis.view.front import front_of_run
from analysis.view.rounded import about, between, chance, compared, more, percent, rounded, times
from analysis.view.sentences import sentences
from analysis.view.verdict import Behind, Broken, verdict_document, verdict_of
from tests.analysis.tables import make_run

DRAWS = 200
"""Draws of the readings that are made up here."""


def read(run: RunView, factor: dict[str, float], *, complaints: float = 100.0) -> RunView:
    """The run with readings: people as 1, 1.005, 1.01, … 2 times a factor by strategy."""
    n = DRAWS + 1
    base = np.concatenate([[1.5], 1 + np.arange(1, n) / DRAWS])
    who = [name for name in run.strategies for _ in range(n)]
    columns = {
        "strategy": np.array(who, dtype=object),
        "draw": np.tile(np.arange(n), len(run.strategies)),
        "people_reached": np.concatenate([factor[s] * base for s in run.strategies]),
    }
    for kind, share in (
        ("complaints", 1.0),
        ("complaints_regulator", 0.15),
        ("complaints_regulator_before_cutoff", 0.03),
    ):
        columns[kind] = np.tile(np.full(n, share * complaints), len(run.strategies))
        columns[f"{kind}_variance"] = columns[kind]
    inputs = {
        "strategy": np.array([s for s in run.strategies for _ in range(3)], dtype=object),
        "input": np.tile(
            np.array(
                [
                    "world.voicemail.heard",
                    "world.voters_per_line",
                    "world.line_types.landline.answering.human",
                ],
                dtype=object,
            ),
            len(run.strategies),
        ),
        "role": np.tile(
            np.array(["held", "reading", "placing"], dtype=object), len(run.strategies)
        ),
        "drawn": np.tile(np.array([True, True, False]), len(run.strategies)),
        "share_people": np.tile(np.array([0.8, 0.15, np.nan]), len(run.strategies)),
        "share_complaints": np.tile(np.array([0.0, 0.0, np.nan]), len(run.strategies)),
    }
    return replace(run, tables={**run.tables, "readings": columns, "reading_inputs": inputs})


def answered(**about_it: object) -> RunView:
    """Four strategies with readings: the second reaches half, the third as many as the base."""
    run = make_run(**about_it)  # type: ignore[arg-type]
    names = run.strategies
    return read(run, dict(zip(names, (1e6, 5e5, 1e6, 1e5), strict=True)))


def test_every_kind_of_run_fits_the_screen(any_run: RunView) -> None:
    lines = verdict_text(any_run).splitlines()
    assert len(lines) <= LINES
    assert max(map(len, lines)) <= WIDTH
    assert "nan" not in " ".join(lines)
    json.dumps(verdict_document(any_run), allow_nan=False)


def test_the_range_of_a_number_is_that_of_its_draws() -> None:
    told = verdict_of(answered())
    people = told.base.people
    assert people is not None
    assert people.central == 1.5e6
    # 200 draws from 1.005 to 2: linear between order statistics.
    assert people.p50 == pytest.approx(1.5025e6)
    assert people.p5 == pytest.approx(1e6 * (1.005 + 0.05 * 0.995))
    half = told.outcomes[1].against
    assert half is not None
    assert (half.p5, half.p50, half.p95) == pytest.approx((0.5, 0.5, 0.5))
    assert half.verdict == "lower"
    same = told.outcomes[2].against
    assert same is not None
    assert same.verdict == "within noise"


def test_expected_complaints_are_poisson_where_nothing_else_is_said() -> None:
    from scipy.stats import poisson

    count = verdict_of(answered()).base.complaints["complaints"]
    assert count.expected == 100
    assert count.p95 == poisson.ppf(0.95, 100)
    regulator = verdict_of(answered()).base
    assert regulator.complaints["complaints_regulator_before_cutoff"].none == pytest.approx(
        np.exp(-3)
    )


def test_the_table_shows_ratios_to_the_base_and_no_sign_within_noise() -> None:
    run = answered()
    lines = verdict_text(run).splitlines()
    row = {line.split()[0]: line for line in lines if line.startswith("  ")}
    assert "1.5 M [1.05–1.95 M]" in row[run.strategies[0]]
    assert "−50 %" in row[run.strategies[1]]
    assert " ≈ " in row[run.strategies[2]]
    assert "%" not in row[run.strategies[2]]
    assert "Driven by   voicemail.heard (30–90 %, grade D) 80 % of people" in "\n".join(lines)


def test_the_worst_territory_of_a_list_that_is_not_done_is_named() -> None:
    """By hand: of 1,000 lines of the third territory 400 are left, of all others a tenth."""
    run = make_run()
    rows = {name: column.copy() for name, column in run.table("territories").items()}
    first = rows["strategy"] == run.strategies[1]
    rows["lines_dialled"][first], rows["lines_undialled"][first] = 900, 100
    third = np.flatnonzero(first)[2]
    rows["lines_dialled"][third], rows["lines_undialled"][third] = 600, 400
    rows["list_done_utc"][first] = np.datetime64("NaT", "ms")
    run = replace(run, tables={**run.tables, "territories": rows})
    place = str(rows["territory"][third])
    assert verdict_of(run).outcomes[1].behind == Behind(place, 0.4)
    assert f"Undialled   40 % of {place} ({run.strategies[1]})" in verdict_text(run)
    rows["lines_undialled"] = rows["lines_undialled"] * 0
    done = replace(run, tables={**run.tables, "territories": rows})
    for other in (done, make_run(lines=60_000, scale=0.01)):
        assert {one.behind for one in verdict_of(other).outcomes} == {None}
        assert "Undialled" not in verdict_text(other)


def test_the_base_names_the_territory_of_which_most_is_left() -> None:
    run = make_run()
    rows = {name: column.copy() for name, column in run.table("territories").items()}
    base = rows["strategy"] == run.base
    rows["lines_dialled"][base], rows["lines_undialled"][base] = 900, 100
    last = np.flatnonzero(base)[-1]
    rows["lines_dialled"][last], rows["lines_undialled"][last] = 250, 750
    rows["list_done_utc"][base] = np.datetime64("NaT", "ms")
    said = sentences(verdict_of(replace(run, tables={**run.tables, "territories": rows})))[0]
    assert f"of its list (75 % of {rows['territory'][last]}'s) is undialled at its cutoff" in said


def test_changes_of_the_base_stand_with_their_moments() -> None:
    run = make_run()
    changes = [[f"2017-04-{day} 12:00", f"channels {day}"] for day in (18, 19, 20, 21)]
    plans = {**run.plans, run.base: {**run.plans.get(run.base, {}), "changes": changes}}
    words = " ".join(verdict_text(replace(run, plans=plans)).split())
    assert (
        f"Changes {run.base}: 2017-04-18 12:00: channels 18. 2017-04-19 12:00: channels 19. "
        "2017-04-20 12:00: channels 20. 1 more"
    ) in words
    assert "Changes" not in verdict_text(run)


def test_what_a_scaled_run_cannot_tell_is_not_told() -> None:
    run = make_run(lines=60_000, scale=0.01)
    told = verdict_of(run)
    assert {one.done for one in told.outcomes} == {None}
    assert "only full size tells" in sentences(told)[0]


def test_without_readings_a_run_has_its_count_and_no_interval() -> None:
    run = make_run()
    told = verdict_of(run)
    people = told.base.people
    assert people is not None
    assert not people.moves
    assert people.central == run.shown(run.base, "people_reached")
    assert "[" not in sentences(told)[0]


def test_a_console_without_signs_gets_plain_ones() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    text = verdict_text(answered(), stream=stream)
    assert text.isascii()
    assert "-50 %" in text


@pytest.mark.parametrize(
    ("ends", "within_noise", "text"),
    [
        ((0.741, 0.75, 0.761), False, "−25 % [−26, −24 %]"),
        ((0.749, 0.75, 0.751), False, "−25 %"),  # too narrow to be worth its room
        ((0.98, 1.01, 1.03), True, "≈ [−2, +3 %]"),
        ((0.999, 1.0, 1.001), True, "≈"),
        ((0.9, 5.0, 12.0), False, "+400 % [−10 %, ×12]"),  # each end with a unit of its own
        ((11.0, 12.0, 13.0), False, "×12 [×11, ×13]"),
    ],
)
def test_a_ratio_is_written_with_its_interval(
    ends: tuple[float, float, float], within_noise: bool, text: str
) -> None:
    assert compared(*ends, within_noise=within_noise) == text


def test_numbers_are_rounded_to_what_is_known() -> None:
    assert [rounded(x) for x in (0, 0.634, 12.04, 510.4, 5_900, 1_388_844)] == [
        "0",
        "0.63",
        "12",
        "510",
        "5.9 k",
        "1.39 M",
    ]
    assert rounded(999_999) == "1 M"
    assert between(500_000, 1_900_000) == "0.5–1.9 M"
    assert between(392_000, 470_000) == "392–470 k"
    assert [percent(x) for x in (0.53, 1.0, 1.008, 0.961)] == ["−47 %", "±0 %", "+0.8 %", "−3.9 %"]
    assert (times(12), times(0.5)) == ("×12", "−50 %")
    assert (more(0.03), more(1.2), more(30)) == ("97 % fewer", "20 % more", "30 times as many")
    assert [chance(x) for x in (0, 0.004, 0.42, 0.999, 1)] == [
        "0 %",
        "<1 %",
        "42 %",
        ">99 %",
        "100 %",
    ]
    assert about(8.59) == "8.6"


def test_what_binds_a_scaled_run_is_asked_of_the_full_pace() -> None:
    """By hand: 1,592 erlang at a tenth are 15,920; of 4.5 a second instead of 5 they are 14,328."""
    run = make_run(scale=0.1)
    plan = {"channels": 15_000, "calls_per_second": "45", "calls_per_second_simulated": "5"}
    one = verdict_of(replace(run, plans=dict.fromkeys(run.strategies, plan))).outcomes[0]
    assert one.needed == pytest.approx(14_328)
    old = {**plan, "calls_per_second_simulated": None}  # of before it was taken down
    one = verdict_of(replace(run, plans=dict.fromkeys(run.strategies, old))).outcomes[0]
    assert one.needed == pytest.approx(15_920)


def test_a_story_that_breaks_by_itself_is_told_with_the_complaints() -> None:
    at = np.datetime64("2017-04-20T18:00")
    for stories, said in (
        ((), " (P95 6); "),
        ((("press", at),), " (P95 6), with a story in the press on Thu 20 Apr 18:00; "),
    ):
        price = sentences(verdict_of(replace(answered(), stories=stories)))[1]
        assert "to be expected by the stop" in price
        assert said in price or said.replace("; ", ".") in price


def test_a_rule_of_law_is_told_with_its_calls_where_lines_are_few() -> None:
    """One call and twelve hundred must not read alike, in the title cut short and in the table."""
    told = verdict_of(answered())
    rule = Broken("a-law", "a-rule", "Nobody rings " + "at night " * 20, "law", "call", 1.0)
    twice = replace(rule, title="Nobody rings by day", violations=1_234.0)
    campaign = replace(rule, title="A campaign registers first", counts="campaign")
    first, *others = told.outcomes
    broken = replace(first, broken=(rule, twice, campaign))
    changed = replace(told, outcomes=(broken, *(replace(one, broken=()) for one in others)))
    cut, short, once = _broken(changed, 3)
    assert f"{first.strategy} (1 call): Nobody rings at" in cut
    assert cut.endswith("…")
    assert f"{first.strategy} (1.23 k calls): Nobody rings by day" in short
    assert f"{first.strategy}: A campaign registers first" in once
    law = front_of_run(changed).rows[0].law
    assert law[0].startswith("1 call: Nobody rings at night")
    assert law[1:] == ("1.23 k calls: Nobody rings by day", "A campaign registers first")
