"""Where two logs part is told by hour, column and call."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from sim.engine import fast
from sim.jobs.accept import Acceptance
from sim.jobs.check import check
from sim.jobs.found import baseline_path
from sim.jobs.parting import changed_keys, parts

START = dt.datetime(2017, 4, 20, 8, 0)
ROOT = Path(__file__).parents[2]


def side(hours: dict[str, str], *sample: str) -> tuple[dict[str, str], list[str]]:
    return hours, list(sample)


# line attempt territory start_ms hold_ms outcome opted_out caller
CALL = "512 1 0 7200500 25000 2 0 0"
SAME = {"0": "9 a b c d e f g h", "2": "7 a b c d e f g h"}


def test_the_first_hour_its_columns_and_the_call() -> None:
    """Two hours after 08:00 it is 10:00; of the columns the fifth is hold_ms."""
    later = {**SAME, "2": "7 a b c d X f g h", "3": "1 a b c d e f g h"}
    assert parts(side(SAME, CALL), side(later, CALL.replace("25000", "26000")), START) == [
        "call log parts in hour 2 (2017-04-20 10:00 UTC), in hold_ms",
        "line 512, attempt 1: hold_ms 25000 → 26000, outcome unchanged",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (side(SAME), side({**SAME, "0": "8 z b c d e f g h"}), ["hour 0 .*: 9 → 8 calls"]),
        (side(SAME), side({"0": SAME["0"]}), ["hour 2 .*: 7 → 0 calls"]),
        (side(SAME, CALL), side({"0": SAME["0"]}), ["7 → 0", "no longer called"]),
        (side({"0": SAME["0"]}), side(SAME, CALL), ["0 → 7", "not called before"]),
        (
            side(SAME, CALL),
            side({**SAME, "2": "7 a b c d e X g h"}, "512 1 0 7200500 25000 7 0 0"),
            ["in outcome", "outcome no_answer → human_at_gate"],
        ),
        (side(SAME), side(SAME), []),
        (side({}), side(SAME), []),
    ],
)
def test_other_ways_to_part(old, new, said) -> None:
    told = parts(old, new, START)
    assert len(told) == len(said)
    for text, pattern in zip(told, said, strict=True):
        with pytest.raises(AssertionError, match=pattern):
            raise AssertionError(text)


def test_what_changed_in_a_scenario() -> None:
    old = {"dialing": {"ring_timeout": "25 s", "outages": [{"channels": 3}]}, "regimes": ["a"]}
    new = {"dialing": {"ring_timeout": "26 s", "outages": [{"channels": 4}]}, "seed": 3}
    assert changed_keys(old, new) == [
        "dialing.ring_timeout 25 s → 26 s",
        "dialing.outages.0.channels 3 → 4",
        "regimes ['a'] → absent",
        "seed absent → 3",
    ]
    assert changed_keys({}, {str(i): i for i in range(9)})[-1] == "and 4 more"


def test_a_change_of_the_program_is_placed(scenario_text, tmp_path, monkeypatch) -> None:
    """Every second line is held a millisecond longer from the second hour on."""
    file = tmp_path / "small.yaml"
    file.write_text(scenario_text, encoding="utf-8")
    check([file], Acceptance("first"))
    kept = json.loads(baseline_path(file).read_text("utf-8"))
    assert 50 < len({row.split()[0] for row in kept["sample"]["all-channels"]}) < 160
    calls = sum(int(hour.split()[0]) for hour in kept["hours"]["all-channels"].values())
    assert calls == kept["counters"]["all-channels"]["attempts"]
    real = fast.run

    def longer(plan, sink, head=None, progress=None):
        def changed(chunk):
            chunk = chunk.copy()
            chunk.hold_ms[(chunk.start_ms >= 3_600_000) & (chunk.line % 2 == 0)] += 1
            sink(chunk)

        return real(plan, changed, head=head, progress=progress)

    monkeypatch.setattr(fast, "run", longer)
    (one,) = check([file]).files
    hour, call = one.parts["all-channels"]
    assert hour.startswith("call log parts in hour 1 (2017-04-20 09:00 UTC), in hold_ms")
    assert call.endswith("outcome unchanged")
    monkeypatch.undo()
    text = scenario_text.replace("ring_timeout: 25 s\n  call", "ring_timeout: 24 s\n  call")
    file.write_text(text, encoding="utf-8")
    assert any("dialing.ring_timeout 25 s → 24 s" in note for note in check([file]).notes)
    # Once accepted, the baseline tells where the next change parts from it.
    check([file], Acceptance("shorter", strategies=("all-channels",)))
    again = json.loads(baseline_path(file).read_text("utf-8"))
    assert again["hours"]["all-channels"] != kept["hours"]["all-channels"]
    assert again["hours"]["half-the-channels"] == kept["hours"]["half-the-channels"]


def test_baselines_that_ship_are_small() -> None:
    for file in (ROOT / "scenarios" / "baselines").glob("*.json"):
        assert file.stat().st_size < 1_000_000
