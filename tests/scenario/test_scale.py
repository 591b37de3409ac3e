"""Smaller copies of a scenario."""

from __future__ import annotations

from fractions import Fraction

import pytest

from sim.errors import OptionError
from sim.scenario.load import load_scenario
from sim.scenario.scale import scale_scenario
from sim.scenario.scenario import Scenario
from tests.scenario.example import FEEDBACK, TEXT, Write, changed
from tests.worlds import plain

SCALE = Fraction(1, 100)


def scaled(write: Write, text: str, scale: Fraction = SCALE) -> tuple[Scenario, dict[str, float]]:
    """The scaled scenario, and what runs by path."""
    found, notes = scale_scenario(load_scenario(write(text)).scenario, scale)
    assert len({note.path for note in notes}) == len(notes)
    return found, {note.path: float(note.used) for note in notes}


def test_lines_channels_and_pace_shrink_together(write: Write) -> None:
    found, notes = scaled(write, TEXT)
    half = found.strategies["half"]
    assert (found.world.lines, half.dialing.channels) == (600, 1)
    assert half.dialing.calls_per_second == Fraction(1, 25)
    assert found.world.electorate == 90_000
    assert notes["strategies.half.dialing.channels"] == 1  # 0.5, rounded up
    assert not any("inbound" in path or "caller_numbers" in path for path in notes)


def test_complaints_stay_as_many_and_so_do_the_thresholds(write: Write) -> None:
    """As many calls as there are hundredths of them times as likely a complaint."""
    found, _ = scaled(write, FEEDBACK)
    full = load_scenario(write(FEEDBACK)).scenario.world
    complaints, before = found.world.complaints, full.complaints
    assert complaints is not None
    assert before is not None
    per_million = complaints.per_million
    assert (per_million.low, per_million.central, per_million.high) == pytest.approx(
        (500, 1600, 8000)
    )
    assert complaints.model_copy(update={"per_million": before.per_million}) == before
    assert found.world.regulator == full.regulator
    assert found.world.call_back == full.call_back


def test_a_complaint_burdens_a_number_less(write: Write) -> None:
    """A number has as many calls as at full size, so each of its complaints counts for less."""
    found, _ = scaled(write, FEEDBACK)
    full = load_scenario(write(FEEDBACK)).scenario.world.reputation
    assert found.world.reputation is not None
    assert full is not None
    assert found.world.reputation.report.central == pytest.approx(0.2)
    again = found.world.reputation.model_copy(update={"report": full.report})
    assert again == full


def test_inbound_lines_and_numbers_shrink_and_are_never_none(write: Write) -> None:
    text = changed(("half: {dialing", "half: {inbound: {lines: 450}, dialing"), text=FEEDBACK)
    found, notes = scaled(write, text)
    lines = {name: strategy.inbound.lines for name, strategy in found.strategies.items()}
    assert lines == {"as-run": 1, "half": 5, "three-attempts": 1}
    assert notes["strategies.half.inbound.lines"] == 5
    assert found.strategies["half"].caller_numbers.numbers == 1
    none, notes = scaled(write, changed(("lines: 10", "lines: 0"), text=FEEDBACK))
    assert none.strategies["half"].inbound.lines == 0
    assert not any("inbound" in path for path in notes)


def test_counts_are_those_of_full_size_where_lines_are_rounded(write: Write) -> None:
    """Of 60,250 lines 602.5 would be a hundredth; 603 are used."""
    found, _ = scaled(write, changed(("60_000", "60_250"), text=FEEDBACK))
    complaints = found.world.complaints
    assert complaints is not None
    assert found.world.lines == 603
    assert complaints.per_million.central * 603 == pytest.approx(16 * 60_250)


def test_outages_and_changes_shrink_with_the_rest() -> None:
    """A tenth of 200, of the 50 that an outage leaves, and of the 400 from a later moment on."""
    full = plain(
        dialing={
            "channels": 200,
            "calls_per_second": "20",
            "outages": [
                {
                    "from": "2017-04-18 01:00",
                    "to": "2017-04-18 02:00",
                    "channels": 50,
                    "calls_per_second": "5",
                }
            ],
            "changes": [{"at": "2017-04-18 03:00", "channels": 400, "calls_per_second": "40"}],
        }
    )
    found, _ = scale_scenario(full, Fraction(1, 10))
    dialing = found.strategies["only"].dialing
    (outage,), (change,) = dialing.outages, dialing.changes
    assert [part.channels for part in (dialing, outage, change)] == [20, 5, 40]
    assert outage.calls_per_second is not None
    assert change.calls_per_second is not None


def test_half_a_line_is_rounded_up_and_the_least_is_one() -> None:
    """A hundredth of 250 is 2.5, of 249 is 2.49, of 30 is 0.3."""
    for full, used in ((250, 3), (249, 2), (30, 1)):
        scaled_down, _ = scale_scenario(plain(world={"lines": full}), SCALE)
        assert scaled_down.world.lines == used


def test_full_size_is_the_scenario_itself(write: Write) -> None:
    full = load_scenario(write(FEEDBACK)).scenario
    assert scale_scenario(full, Fraction(1)) == (full, ())
    for scale in (Fraction(0), Fraction(2), Fraction(-1)):
        with pytest.raises(OptionError, match="lies above 0 % and up to 100 %"):
            scale_scenario(full, scale)
