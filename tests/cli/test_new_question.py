"""``ringfence new --question``: a file, and what to type."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Command


def test_the_command_prints_what_to_type(ringfence: Command, here: Path) -> None:
    answer = ringfence("new", "ours", "--question", "9")
    assert answer.code == 0
    assert "ringfence sweep ours.yaml --vary strategies.three-attempts" in answer.out
    assert "docs/questions.md#9-one-attempt-or-three" in answer.out
    assert (here / "ours.yaml").read_text("utf-8").startswith("# Question 9: One attempt or three?")
    for more, said in (
        (("--question", "16"), "allowed: 1 to 15"),
        (("--question", "1", "--from", "fr-landline"), "has a start of its own"),
        (("--question", "1", "--repo"), "has a start of its own"),
    ):
        refused = ringfence("new", "other", *more)
        assert refused.code == 2
        assert said in refused.err
