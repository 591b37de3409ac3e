"""A scenario for each of the fifteen questions: it holds, and its commands are ones."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest

from sim.cli import cli
from sim.errors import OptionError
from sim.loading.load import load
from sim.scenario.questions import QUESTIONS, anchor, question
from sim.scenario.starter import asking, commands_of
from tests.docs.test_questions import QUESTIONS as PAGE


def test_they_are_those_of_the_page_and_lead_to_it() -> None:
    assert {number: one.title for number, one in QUESTIONS.items()} == {
        number: title for number, (title, _) in PAGE.items()
    }
    assert anchor(9) == "docs/questions.md#9-one-attempt-or-three"


@pytest.mark.parametrize("number", QUESTIONS)
def test_each_scenario_holds_and_its_commands_can_be_given(number: int, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(asking("own", number), encoding="utf-8")
    loaded = load(file)
    assert loaded.scenario.question == question(number).title
    for line in commands_of("own", number, str(file)):
        name, *arguments = shlex.split(line)
        with click.Context(cli) as parent:
            command = cli.get_command(parent, name)
            assert command is not None
            given = command.make_context(name, arguments, parent=parent)
        for wanted in (*given.params.get("strategies", ()), given.params.get("strategy")):
            assert (
                wanted is None
                or not isinstance(wanted, str)
                or wanted in loaded.scenario.strategies
            )


def test_there_are_no_more() -> None:
    with pytest.raises(OptionError, match="there is no such question"):
        question(0)
