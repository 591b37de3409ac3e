"""``joint:`` in a file: every fault at its place, in words."""

from __future__ import annotations

import pytest

from sim.errors import ScenarioError
from sim.loading.load import load
from tests.scenario.example import TEXT, Write

HUMAN = "world.line_types.landline.answering.human"
VOTERS = "world.voters_per_line"
RANGED = TEXT.replace("press_1: 6 %", "press_1: {low: 2 %, central: 6 %, high: 15 %}")


def told(write: Write, joint: str) -> list[str]:
    file = write(f"{RANGED}joint:\n{joint}")
    try:
        load(file)
    except ScenarioError as error:
        return [str(fault).partition(": ")[2] for fault in error.errors]
    return []


def test_a_sound_group(write: Write) -> None:
    assert told(write, f"  - {{inputs: [{HUMAN}, world.press_1], correlation: 0.5}}\n") == []
    matrix = "[[1, 0.5], [0.5, 1]]"
    assert told(write, f"  - {{inputs: [{HUMAN}, world.press_1], correlations: {matrix}}}\n") == []


@pytest.mark.parametrize(
    ("inputs", "rest", "words"),
    [
        (f"{HUMAN}, world.pres_1", "correlation: 0.5", "did you mean 'world.press_1'?"),
        (f"{HUMAN}, world.lines", "correlation: 0.5", "there is no range 'world.lines'"),
        (
            f"{HUMAN}, world.signalling.busy.value",
            "correlation: 0.5",
            "is one number: only a range",
        ),
        (f"{HUMAN}, {HUMAN}", "correlation: 0.5", "stands twice here"),
        (f"{HUMAN}, world.press_1", "source: x", "needs one of correlation"),
        (f"{HUMAN}, world.press_1", "correlation: 2", "found 2; a correlation from -1 to 1"),
        (f"{HUMAN}, world.press_1", "correlations: [[1, 0.5]]", "a matrix of 2 rows of 2"),
        (f"{HUMAN}, world.press_1", "correlations: [[1, 0.5], [0.4, 1]]", "is not symmetric"),
        (f"{HUMAN}, world.press_1", "correlations: [[1, 0.5], [0.5, 0.9]]", "with itself is 1"),
        (HUMAN, "correlation: 0.5", "has only 1; at least 2 are wanted"),
    ],
)
def test_faults(write: Write, inputs: str, rest: str, words: str) -> None:
    found = told(write, f"  - {{inputs: [{inputs}], {rest}}}\n")
    assert len(found) == 1, found
    assert words in found[0]
    assert found[0].startswith("joint.0")


THREE = RANGED.replace("shared: 30 %", "shared: {low: 10 %, central: 30 %, high: 60 %}")


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("correlation: -0.6", "cannot all be correlated by -0.6; at least -0.5 is allowed"),
        (
            "correlations: [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]",
            "no variables have such correlations",
        ),
    ],
)
def test_a_matrix_that_is_none(write: Write, rest: str, words: str) -> None:
    inputs = f"{HUMAN}, world.press_1, world.voicemail.shared"
    file = write(f"{THREE}joint: [{{inputs: [{inputs}], {rest}}}]\n")
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert words in str(caught.value)


def test_an_input_of_two_groups(write: Write) -> None:
    one = f"  - {{inputs: [{HUMAN}, world.press_1], correlation: 0.5}}\n"
    found = told(write, one + one)
    assert [fault.partition(":")[0] for fault in found] == ["joint.1.inputs.0", "joint.1.inputs.1"]
    assert "in group 0, too" in found[0]
