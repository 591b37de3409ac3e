"""Rules about when a call starts: hours, slots, caps, pauses, silence. Answers by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.audit.auditor import audit
from sim.audit.plain import plain_audit
from sim.audit.tables import OptOuts, Recipients, Slot
from sim.record.never import NEVER
from tests.audit.build import DAY, HOUR, PARIS, breaking, log, only, reason, regime, utc

HOURS: dict[str, Any] = {
    "kind": "hours",
    "windows": [
        {"days": "mon-fri", "from": "10:00", "to": "13:00"},
        {"days": "mon-fri", "from": "14:00", "to": "20:00"},
    ],
}

# ── Hours ────────────────────────────────────────────────────────────────────────────────────────


def test_hours_are_half_open_to_the_millisecond() -> None:
    day = "2017-04-19"  # a Wednesday
    starts = [
        utc(f"{day} 09:59:59.999", PARIS),
        utc(f"{day} 10:00", PARIS),
        utc(f"{day} 12:59:59.999", PARIS),
        utc(f"{day} 13:00", PARIS),
        utc(f"{day} 14:00", PARIS),
        utc(f"{day} 20:00", PARIS),
        utc("2017-04-22 15:00", PARIS),
    ]
    assert breaking(log(starts), HOURS) == [0, 3, 5, 6]


def test_hours_are_those_of_the_recipient() -> None:
    at = utc("2017-04-21 19:00", PARIS)
    zones = [PARIS, "America/Guadeloupe", "Pacific/Noumea", "Pacific/Marquesas", "Pacific/Wallis"]
    # 13:00 in Guadeloupe; 04:00 on Saturday in Nouméa; 07:30 on the Marquesas; 05:00 on Wallis.
    assert breaking(log([at] * 5, zone=zones), HOURS) == [1, 2, 3, 4]


def test_an_hour_that_is_skipped_and_one_that_comes_twice() -> None:
    night = {"kind": "hours", "windows": [{"days": "sun", "from": "02:00", "to": "03:00"}]}
    spring = [utc("2017-03-26 00:59:59.999"), utc("2017-03-26 01:00")]
    assert breaking(log(spring), night) == [0, 1]
    autumn = [utc("2017-10-29 00:00"), utc("2017-10-29 01:59:59.999"), utc("2017-10-29 02:00")]
    assert breaking(log(autumn), night) == [2]


@pytest.mark.parametrize(
    ("holidays", "wrong"), [("normal", [2]), ("closed", [0, 1, 2]), ("sunday", [0, 2])]
)
def test_public_holidays(holidays: str, wrong: list[int]) -> None:
    rule = {
        "kind": "hours",
        "holidays": holidays,
        "holidays_code": "FR",
        "windows": [
            {"days": "mon", "from": "09:00", "to": "20:00"},
            {"days": "sun", "from": "15:00", "to": "16:00"},
        ],
    }
    # Easter Monday of 2017, a Monday, and the Monday after it at night.
    starts = ["2017-04-17 11:00", "2017-04-17 15:30", "2017-04-24 20:00"]
    assert breaking(log([utc(t, PARIS) for t in starts]), rule) == wrong


def test_audio_that_runs_past_the_edge_is_counted_apart() -> None:
    edge = utc("2017-04-19 20:00", PARIS)
    data = log([edge - 30_000, edge - 30_001, edge - 29_999, edge], hold=30_000)
    # The first ends exactly at the edge, the last starts at it.
    result = only(audit(data, regime(HOURS)))
    assert (result.violations, result.overruns, result.overrun_lines) == (1, 1, 1)
    assert plain_audit(data, regime(HOURS))["rule-0"].overrun == {2}
    assert only(audit(log([edge - 1], hold=None), regime(HOURS))).overruns is None


def test_a_start_that_may_lie_across_an_edge_is_not_judged() -> None:
    """Within a minute of 10:00 or 13:00, and where a gap of a minute lies between both ends."""
    day, minute = "2017-04-19", 60_000
    moments = ("09:58:59.999", "09:59", "10:01", "10:00:59.999", "12:30", "12:59:30", "15:00:30")
    rule = {
        "kind": "hours",
        "windows": [
            {"days": "wed", "from": "10:00", "to": "13:00"},
            {"days": "wed", "from": "14:00", "to": "15:00"},
            {"days": "wed", "from": "15:01", "to": "18:00"},
        ],
    }
    starts = [utc(f"{day} {moment}", PARIS) for moment in moments]
    data = log(starts, hold=0, columns={"start_within_ms": [minute] * len(starts)})
    result = only(audit(data, regime(rule)))
    # By the plain clock alone 09:59 is too early; a minute later it is not.
    assert breaking(data, rule) == [0]
    assert (result.violations, result.unassessed) == (1, 4)
    assert plain_audit(data, regime(rule))["rule-0"].unknown == {1, 3, 5, 6}
    exact = log(starts, hold=0, columns={"start_within_ms": [0] * len(starts)})
    assert breaking(exact, rule) == [0, 1, 6]


def test_hours_need_zones() -> None:
    assert "time zones are not known" in reason(log([utc("2017-04-19")], zone=None), HOURS)


# ── The slot of a consent ────────────────────────────────────────────────────────────────────────


def slot(first: int, end: int) -> Slot:
    open_at = np.zeros(10_080, dtype=np.bool_)
    open_at[first:end] = True
    return Slot("slot", open_at)


def test_calls_outside_of_the_slot_that_the_line_agreed_to() -> None:
    tuesday_evening = slot(1440 + 18 * 60, 1440 + 20 * 60)
    people = Recipients(
        consent_from_ms=np.array([0, 0, NEVER]),
        consent_until_ms=np.full(3, NEVER),
        consent_slot=np.array([0, -1, 0]),
    )
    at = utc("2017-04-18 18:00", PARIS)  # a Tuesday
    starts = [at - 1, at, at + 2 * HOUR - 1, at + 2 * HOUR, at, at - 1]
    data = log(starts, line=[0, 0, 0, 0, 1, 2], recipients=people, slots=(tuesday_evening,))
    # Line 1 names no slot, so no hour is agreed to. Line 2 has no consent: another rule's matter.
    assert breaking(data, {"kind": "consent_slot"}) == [0, 3, 4]
    result = only(audit(data, regime({"kind": "consent_slot"})))
    assert (result.calls, result.overruns) == (5, 1)


# ── Frequency ────────────────────────────────────────────────────────────────────────────────────

CAP: dict[str, Any] = {"kind": "frequency_cap", "calls": 3, "window": "30 d"}


def test_three_in_any_thirty_days_with_exact_edges() -> None:
    first = utc("2024-03-01 23:59:59.999")
    window = 30 * DAY
    starts = [first, first + DAY, first + 2 * DAY, first + window - 1]
    assert breaking(log(starts, line=[0] * 4), CAP) == [3]
    # One millisecond later the first call is out of the window.
    starts[3] = first + window
    assert breaking(log(starts, line=[0] * 4), CAP) == []


def test_the_window_rolls_across_midnight_and_over_a_clock_change() -> None:
    rule = {"kind": "frequency_cap", "calls": 1, "window": "24 h"}
    night = utc("2017-03-25 23:30", PARIS)
    # The next local 23:30 comes 23 h later, as the clock goes forward.
    starts = [night, utc("2017-03-26 23:30", PARIS)]
    assert starts[1] - starts[0] == 23 * HOUR
    assert breaking(log(starts, line=[0, 0]), rule) == [1]


MONTH: dict[str, Any] = {**CAP, "calls": 4, "day": "calendar"}
"""More than four in thirty calendar days, as the French decree counts them."""


def test_thirty_calendar_days_end_at_midnight_whatever_the_hour() -> None:
    # 2 March is the first of thirty days whose last is 31 March; 1 April is the thirty-first.
    days = [utc(f"2024-03-02 {hour}:00", PARIS) for hour in (10, 11, 18, 19)]
    for fifth, wrong in (("2024-03-31 23:59", [4]), ("2024-04-01 00:00", [])):
        calls = [*days, utc(fifth, PARIS)]
        assert breaking(log(calls, line=[0] * 5), MONTH) == wrong
    # The clock went forward meanwhile: 18:59 on 1 April is 29 days and 23:59 after 18:00.
    early = [*[utc("2024-03-02 18:00", PARIS)] * 4, utc("2024-04-01 18:59", PARIS)]
    assert breaking(log(early, line=[0] * 5), {**CAP, "calls": 4}) == [4]
    assert breaking(log(early, line=[0] * 5), MONTH) == []


def test_a_calendar_day_is_that_of_the_recipient_and_of_each_call() -> None:
    rule = {"kind": "frequency_cap", "calls": 1, "window": "1 d", "day": "calendar"}
    at = [utc("2024-06-07 21:30"), utc("2024-06-07 22:30")]  # 23:30 and 0:30 in Paris
    assert breaking(log(at, line=[0, 0]), rule) == []
    assert breaking(log(at, line=[0, 0], zone="Europe/London"), rule) == [1]
    # A line of two zones: at 22:30 UTC it is the 8th in Paris, and still the 7th in London.
    mixed = [utc("2024-06-07 22:30"), utc("2024-06-07 22:31"), utc("2024-06-07 22:32")]
    zones = ["Europe/Paris", "Europe/London", "Europe/Paris"]
    assert breaking(log(mixed, line=[0] * 3, zone=zones), rule) == [1, 2]
    assert "zones" in reason(log(at, line=[0, 0], zone=None), rule)


def test_calls_of_one_millisecond_count_in_the_order_of_the_log() -> None:
    at = utc("2024-03-01 12:00")
    assert breaking(log([at] * 5, line=[0, 1, 0, 0, 0]), CAP) == [4]


def test_a_log_in_any_order_gives_the_same_calls() -> None:
    at = utc("2024-03-01 12:00")
    starts = [at + 3 * DAY, at, at + 2 * DAY, at + DAY]
    assert breaking(log(starts, line=[0] * 4), CAP) == [0]


def test_windows_that_follow_each_other() -> None:
    rule = {"kind": "frequency_cap", "calls": 2, "window": "1 d", "rolling": False}
    at = utc("2024-03-01 12:00")
    starts = [at, at + 22 * HOUR, at + 23 * HOUR, at + DAY, at + DAY + HOUR, at + DAY + 2 * HOUR]
    assert breaking(log(starts, line=[0] * 6), rule) == [2, 5]


def test_only_lines_of_the_type_and_calls_of_the_rule_s_days_are_counted() -> None:
    at = utc("2023-07-19 12:00", PARIS)
    starts = [at + n * DAY for n in range(6)]
    rule = {**CAP, "from": "2023-07-20", "applies": {"line_types": ["landline"]}}
    types = {"line_type": [0] * 6}
    data = log(starts, line=[0] * 6, columns=types, line_types=("landline",))
    # The call of 19 July is before the rule; of the next five, three are within the cap.
    assert breaking(data, rule) == [4, 5]
    assert breaking(log(starts, line=[0] * 6, columns=types, line_types=("mobile",)), rule) == []
    assert "types of the lines" in reason(log(starts, line=[0] * 6), rule)


def test_consent_lifts_a_cap_where_it_is_known() -> None:
    at = utc("2024-03-01 12:00")
    starts = [at + n * HOUR for n in range(5)]
    rule = {**CAP, "lifted_by_consent": True}
    # Consent from the third call on: two calls stay under the rule.
    people = Recipients(consent_from_ms=np.array([starts[2]]), consent_until_ms=np.array([NEVER]))
    assert breaking(log(starts, line=[0] * 5, recipients=people), rule) == []
    # It ends before the fourth: the third alone is lifted, and the fifth is the fourth counted.
    people = Recipients(
        consent_from_ms=np.array([starts[2]]), consent_until_ms=np.array([starts[3]])
    )
    assert breaking(log(starts, line=[0] * 5, recipients=people), rule) == [4]
    unknown = only(audit(log(starts, line=[0] * 5), regime(rule)))
    assert unknown.violations == 2
    (note,) = unknown.notes
    assert note == "consent is not known; it would lift this rule for lines that gave it"


# ── After a refusal ──────────────────────────────────────────────────────────────────────────────


def wishes(*entries: tuple[int, int], refusal: list[bool] | None = None) -> OptOuts:
    line, at = np.array(entries, dtype=np.int64).reshape(-1, 2).T
    return OptOuts(line, at, None if refusal is None else np.array(refusal))


def test_pause_after_a_refusal() -> None:
    rule = {"kind": "pause_after_refusal", "days": 60}
    at = utc("2024-03-01 12:00")
    starts = [at - 1, at, at + 60 * DAY - 1, at + 60 * DAY, at + DAY]
    data = log(starts, line=[0, 0, 0, 0, 1], optouts=wishes((0, at)))
    assert breaking(data, rule) == [1, 2]
    # A second refusal begins another pause; a plain opt-out is none.
    again = wishes((0, at), (0, at + 59 * DAY), (1, at), refusal=[True, True, False])
    assert breaking(log(starts, line=[0, 0, 0, 0, 1], optouts=again), rule) == [1, 2, 3]
    assert "opt-outs are not known" in reason(log(starts), rule)


def test_sixty_calendar_days_must_have_passed_in_full() -> None:
    rule = {"kind": "pause_after_refusal", "days": 60, "day": "calendar"}
    # The sixtieth day after 1 February 2026 is 2 April: 27 of February, 31 of March, 2 of April.
    refused = utc("2026-02-01 10:00", PARIS)
    times = ("2026-02-01 09:59", "2026-02-01 10:00", "2026-04-02 00:00", "2026-04-02 23:59")
    starts = [utc(text, PARIS) for text in (*times, "2026-04-03 00:00")]
    data = log(starts, line=[0] * 5, optouts=wishes((0, refused)))
    assert breaking(data, rule) == [1, 2, 3]
    # 23:30 in Paris is another day in Tokyo already.
    night = utc("2026-02-01 23:30", PARIS)
    call = [utc("2026-04-03 12:00", PARIS)]
    for zone, wrong in ((PARIS, []), ("Asia/Tokyo", [0])):
        assert breaking(log(call, zone=zone, optouts=wishes((0, night))), rule) == wrong
    assert "zones" in reason(log(call, zone=None, optouts=wishes((0, night))), rule)


def test_an_opt_out_is_honoured_once_the_delay_is_over() -> None:
    rule = {"kind": "honour_opt_out", "delay": "24 h"}
    at = utc("2024-03-01 12:00")
    starts = [at, at + DAY - 1, at + DAY, at + 300 * DAY, at + DAY]
    optouts = wishes((0, at + 9 * DAY), (0, at))
    assert breaking(log(starts, line=[0, 0, 0, 0, 1], optouts=optouts), rule) == [2, 3]


def test_ten_business_days_are_whole_local_days() -> None:
    rule = {"kind": "honour_opt_out", "business_days": 10}
    zone = "America/New_York"
    said = utc("2025-05-01 23:30", zone)  # a Thursday; in UTC it is Friday
    # Friday 2 May is the first of the ten, Thursday 15 May the last.
    starts = [utc("2025-05-15 23:59:59.999", zone), utc("2025-05-16 00:00", zone)]
    data = log(starts, line=[0, 0], zone=zone, optouts=wishes((0, said)))
    assert breaking(data, rule) == [1]


def test_business_days_from_a_weekend() -> None:
    rule = {"kind": "honour_opt_out", "business_days": 1}
    said = utc("2024-03-02 10:00", PARIS)  # a Saturday: Monday is the one day
    starts = [utc("2024-03-04 23:59", PARIS), utc("2024-03-05 00:00", PARIS)]
    assert breaking(log(starts, line=[0, 0], optouts=wishes((0, said))), rule) == [1]


# ── Silence ──────────────────────────────────────────────────────────────────────────────────────


def silence(**more: Any) -> dict[str, Any]:
    source = {"ref": "X1", "text": "Made up."}
    poll = {
        "name": "Poll",
        "date": "2017-04-23",
        "source": source,
        "elsewhere": [
            {
                "date": "2017-04-22",
                "zones": ["America/Guadeloupe", "Pacific/Marquesas"],
                "territories": ["islands"],
                "source": source,
            }
        ],
    }
    return {"kind": "silence", "polls": [poll], **more}


@pytest.mark.parametrize(
    ("zone", "cutoff_in_paris"),
    [
        (PARIS, "2017-04-22 00:00"),
        ("Indian/Reunion", "2017-04-21 22:00"),
        ("Pacific/Noumea", "2017-04-21 15:00"),
        ("Pacific/Wallis", "2017-04-21 14:00"),
        ("Pacific/Marquesas", "2017-04-21 11:30"),
        ("America/Guadeloupe", "2017-04-21 06:00"),
    ],
)
def test_the_silence_begins_at_local_midnight_of_the_eve(zone: str, cutoff_in_paris: str) -> None:
    cutoff = utc(cutoff_in_paris, PARIS)
    days = 2 * DAY
    starts = [cutoff - 1, cutoff, cutoff + days - 1, cutoff + days]
    assert breaking(log(starts, zone=zone), silence()) == [1, 2]


def test_a_territory_is_known_by_its_name_where_its_zone_is_another_s() -> None:
    at = utc("2017-04-21 12:00", PARIS)  # Friday: inside for those who vote on Saturday
    data = log([at, at], columns={"territory": [0, 1]}, territories=("mainland", "islands"))
    assert breaking(data, silence()) == [1]


def test_messages_left_before_and_heard_inside_are_counted_apart() -> None:
    eve = utc("2017-04-22 00:00", PARIS)
    starts = [eve - HOUR] * 4 + [eve]
    heard = [eve - 1, eve, eve + 2 * DAY, NEVER, eve + HOUR]
    data = log(starts, columns={"heard_ms": np.array(heard, dtype=np.int64)})
    result = only(audit(data, regime(silence())))
    # The last call was itself inside: a violation, not a message heard later.
    assert (result.violations, result.heard_inside, result.heard_lines) == (1, 1, 1)
    assert plain_audit(data, regime(silence()))["rule-0"].heard == {1}


def test_a_silence_of_other_hours() -> None:
    rule = silence(days_before=0, starts="08:00", ends="20:00")
    starts = ["2017-04-23 07:59:59.999", "2017-04-23 08:00", "2017-04-23 20:00"]
    assert breaking(log([utc(t, PARIS) for t in starts]), rule) == [1]
