"""What the documents tell people to type works.

Each page's blocks run in order, in a folder of their own that holds the shipped scenarios:

* ``yaml`` blocks that begin with ``# PATH`` are written to that path;
* lines of ``console`` blocks that begin with ``$ ringfence`` run; a scenario of more than a million
  lines at a thousandth of them, and those two of its strategies that come first unless the line
  names some (all of them run in ``tests/cli/test_commands.py``);
* ``python`` blocks run, and so do the ``test_…`` functions that they define;
* a ``diff`` is applied to the code in memory, see :func:`test_the_behaviour_reaches_both_engines`.

``docs/add-a-chart.md`` is run by ``tests/analysis/figures/test_add_a_chart.py``,
``docs/add-a-consequence.md`` by ``tests/docs/test_add_a_consequence.py``.
"""

from __future__ import annotations

import inspect
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from sim.behaviour import calls, drawing
from sim.cli import COMMANDS, cli
from sim.engine import fast, reference
from sim.engine.plan.build import build_plan
from sim.jobs.run import run_scenario
from sim.loading.load import load
from sim.record.log import (
    COLUMNS,
    LogChunk,
    Outcome,
    concatenate,
)
from tests.docs.pages import PAGES, ROOT, Block, blocks
from tests.worlds import plain

WALKED = (
    "README.md",
    "docs/add-a-strategy.md",
    "docs/add-a-territory.md",
    "docs/add-a-behaviour.md",
)
SMALL = "0.1%"
LANGUAGES = {"", "yaml", "console", "python", "diff", "text"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the shipped scenarios, and the user in it."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(line: str) -> list[str]:
    """The arguments of a console line, made small where it runs a full-size scenario."""
    words = shlex.split(line)[1:]
    if words[0] == "run":
        if "--scale" in words:
            at = words.index("--scale")
            del words[at : at + 2]
        scenario = load(words[1]).scenario
        if scenario.world.lines > 1_000_000:
            words += ["--scale", SMALL]
            if "--strategy" not in words:
                words += [f"--strategy={name}" for name in list(scenario.strategies)[:2]]
    return words


def walk(block: Block, names: dict[str, Any], page: str) -> None:
    """Do what a block says."""
    if block.language == "yaml" and (file := re.match(r"# (\S+\.yaml)\n", block.text)):
        Path(file[1]).write_text(block.text, encoding="utf-8")
    elif block.language == "console":
        for line in block.text.splitlines():
            assert line.startswith("$ ringfence "), f"{page}: what is '{line}'?"
            result = CliRunner().invoke(cli, command(line[2:]), catch_exceptions=False)
            assert result.exit_code == 0, f"{page}: {line}\n{result.output}"
    elif block.language == "python":
        before = set(names)
        exec(compile("\n" * block.line + block.text, page, "exec"), names)
        for name in names.keys() - before:
            if name.startswith("test_"):
                names[name]()


@pytest.mark.parametrize("page", WALKED)
def test_page_works(page: str, folder: Path) -> None:
    if page == "README.md":  # what `make demo` leaves behind
        shipped = load(ROOT / "scenarios" / "france-2017.yaml")
        two = list(shipped.scenario.strategies)[:2]
        run_scenario(shipped, strategies=two, scale=0.001, out=folder / "runs" / "demo")
    found = blocks((ROOT / page).read_text(encoding="utf-8"))
    assert any(block.language in {"console", "python"} for block in found)
    names: dict[str, Any] = {"__name__": "example"}
    for block in found:
        walk(block, names, page)


def test_blocks_say_what_they_are() -> None:
    for page in PAGES:
        for block in blocks(page.read_text(encoding="utf-8")):
            assert block.language in LANGUAGES, f"{page.name}:{block.line}: {block.language}"


def test_readme_lists_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `ringfence ([\w-]+)", readme, re.MULTILINE)
    assert sorted(listed) == sorted(COMMANDS)


def test_readme_names_targets_that_exist() -> None:
    targets = re.findall(
        r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    for page in PAGES:
        for target in re.findall(r"(?:^|`)make ([a-z]+)", page.read_text(encoding="utf-8"), re.M):
            assert target in targets, f"{page.name}: make {target}"


def logs(module: Any) -> LogChunk:
    """The log of a small campaign with detection and retries."""
    scenario = plain(
        world={"lines": 300},
        answering={"human": 0.5, "machine": 0.2},
        amd={"analysis_time": "15 s"},
        attempts={"lifetime": 3},
        recycle={"no_answer": {"delay": "1 min"}},
    )
    chunks: list[LogChunk] = []
    module.run(build_plan(scenario, "only"), lambda chunk: chunks.append(chunk.copy()))
    return concatenate(chunks)


def test_the_behaviour_reaches_both_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/add-a-behaviour.md: its line, put into the code in memory, moves both engines alike."""
    page = (ROOT / "docs" / "add-a-behaviour.md").read_text(encoding="utf-8")
    found = blocks(page)
    (diff,) = (block.text.splitlines() for block in found if block.language == "diff")
    old, new = diff[0].removeprefix("-"), diff[1].removeprefix("+")
    source = inspect.getsource(calls.human_calls)
    assert source.count(old) == 1, "the line that the page changes is not in the code any more"

    names = dict(vars(calls))
    exec(next(block.text for block in found if block.language == "python"), names)
    exec("from __future__ import annotations\n" + source.replace(old, new), names)
    before = logs(fast)
    monkeypatch.setattr(calls, "human_calls", names["human_calls"])
    assert "`UP_TO_DATE = False`" in page
    monkeypatch.setattr(drawing, "UP_TO_DATE", False)
    after, again = logs(fast), logs(reference)
    for column in COLUMNS:
        np.testing.assert_array_equal(getattr(after, column), getattr(again, column))
    past_6_s = Outcome.HEARD + 1
    assert (before.outcome >= past_6_s).sum() > 0
    assert (after.outcome >= past_6_s).sum() == 0  # 20 s of patience, 15 of them dead air


ROOMS = re.compile(r"^\s*\"?(?:from sim(?:\.\w+)* import|import sim\.)", re.MULTILINE)
EXTENDERS = {"add-a-behaviour.md", "add-a-chart.md", "add-a-consequence.md"}
"""How-tos for those who change the code: they may open its rooms."""


def test_pages_for_users_use_the_front_door_alone() -> None:
    notebooks = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))
    assert notebooks
    texts = {page.name: page.read_text(encoding="utf-8") for page in notebooks}
    texts |= {
        page.relative_to(ROOT).as_posix(): "\n".join(
            block.text
            for block in blocks(page.read_text(encoding="utf-8"))
            if block.language == "python"
        )
        for page in PAGES
        if page.name not in EXTENDERS
    }
    assert {name for name, text in texts.items() if ROOMS.search(text)} == set()
    assert "import sim\n" in texts["README.md"]
