"""The fifteen questions: each has a command that is one, and answers that move the known way."""

from __future__ import annotations

import importlib.util
import re
import shlex
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from analysis.view.rounded import rounded
from sim.cli import cli
from tests.docs.pages import ROOT
from tests.small_run import TEXT


def script(file: Path) -> Any:
    """A file of Python that stands in no package."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = found  # where dataclasses look for it
    spec.loader.exec_module(found)
    return found


PAGE = (ROOT / "docs" / "questions.md").read_text("utf-8")
pictures = script(ROOT / "docs" / "images" / "questions.py")
PARTS = re.split(r"^## (\d+)\. (.*)$", PAGE, flags=re.MULTILINE)[1:]
QUESTIONS = {int(PARTS[at]): (PARTS[at + 1], PARTS[at + 2]) for at in range(0, len(PARTS), 3)}
COMMANDS = [
    (number, line.strip())
    for number, (_, text) in QUESTIONS.items()
    for line in re.findall(r"^    (ringfence .*)$", text, re.MULTILINE)
]
PRINTED = [
    command
    for command in pictures.commands()
    if command.excerpt and command.number != pictures.FULL
]
FRANCE, PRIMARY = (f"scenarios/{name}.yaml" for name in ("france-2017", "us-primary"))


def test_there_are_fifteen_each_with_a_command_and_how_it_moves() -> None:
    assert list(QUESTIONS) == list(range(1, 16))
    assert {number for number, _ in COMMANDS} == set(QUESTIONS)
    for title, text in QUESTIONS.values():
        assert title.endswith("?")
        assert re.search(r"\*[^*]+\.\*", text)


@pytest.mark.parametrize(("number", "line"), COMMANDS)
def test_each_command_can_be_given(number: int, line: str) -> None:
    name, *arguments = shlex.split(line)[1:]
    with click.Context(cli) as parent:
        command = cli.get_command(parent, name)
        assert command is not None
        command.make_context(name, list(arguments), parent=parent)
    for argument in arguments:
        if argument.endswith(".yaml"):
            assert (ROOT / argument).is_file()


def test_each_has_one_picture_that_is_there() -> None:
    """In words too; of some hundred kilobytes at most, and as wide as the page's text."""
    for number, (_, text) in QUESTIONS.items():
        ((words, name),) = re.findall(r"^!\[(.+)\]\(images/(.+)\)$", text, re.MULTILINE)
        assert name == f"question-{number}.png"
        assert len(words) > 30
        data = (ROOT / "docs" / "images" / name).read_bytes()
        assert data.startswith(b"\x89PNG")
        assert len(data) < 200_000
        assert 600 < int.from_bytes(data[16:20]) < 800


def test_each_shows_what_is_printed() -> None:
    shown = {command.number for command in PRINTED}
    assert shown == set(QUESTIONS) - {pictures.FULL}
    assert all(len(command.excerpt) > 2 for command in PRINTED)


@pytest.mark.verify
def test_what_is_shown_is_what_is_printed(tmp_path: Path) -> None:
    """Each line of an excerpt is one that its command prints, at a hundredth of the lines."""
    for command in pictures.commands():
        if command in PRINTED or command.number == 5:  # its run is what is audited
            lines = [line.rstrip() for line in pictures.given(command, tmp_path)[0].split("\n")]
            wrong = [line for line in command.excerpt if line.rstrip() not in lines]
            assert wrong == [], command


@pytest.mark.verify
def test_pictures_can_be_made_anew(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as own:  # in this thread the browser of other tests may run
        own.submit(pictures.main, str(tmp_path), ("4",)).result()
    assert (tmp_path / "question-4.png").stat().st_size > 5_000


@pytest.mark.verify
@pytest.mark.parametrize(("number", "line"), COMMANDS)
def test_each_command_answers(
    number: int, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a thousandth of the lines, with few draws."""
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    monkeypatch.chdir(tmp_path)
    name, *arguments = shlex.split(line)[1:]
    small = {"run": ("0.2%", ()), "sweep": ("0.2%", ()), "compare": ("0.2%", ("--draws", "2"))}
    if name == "plan":
        arguments += ["--screen", "0.2%", "--draws", "20", "--between", "1000..4000"]
    if name in small or name == "plan":
        scale, more = small.get(name, ("0.2%", ()))
        arguments += ["--scale", scale, *more]
    if "RUN" in arguments or name == "audit":
        given = ["run", FRANCE, "--scale", "0.2%", "--strategy", "late-stop", "--calls"]
        CliRunner().invoke(cli, [*given, "--out", "runs/late"], catch_exceptions=False)
        arguments = ["runs/late" if a in ("RUN", "runs/late") else a for a in arguments]
    told = CliRunner().invoke(cli, [name, *arguments], catch_exceptions=False)
    assert told.exit_code in ({1} if name == "audit" else {0, 1} if name == "plan" else {0})
    assert told.stdout.strip()


# ── Which way an answer moves ────────────────────────────────────────────────────────────────────


@cache
def small() -> str:
    import tempfile

    file = Path(tempfile.mkdtemp()) / "small.yaml"
    file.write_text(TEXT, encoding="utf-8")
    return str(file)


def swept(
    file: str, vary: str, strategy: str, metric: str, scale: str, sets: tuple[str, ...] = ()
) -> list[float]:
    """What a sweep tells of a number at each value."""
    import tempfile

    from sim.jobs.probing import Probe
    from sim.jobs.sweeping import document, sweep
    from sim.study.design import parse_knob

    known = ("people_reached", "complaints", "finished", "cost")
    folder = Path(tempfile.mkdtemp())
    probe = Probe(file, sets, (strategy,), Fraction(scale), folder, 0, 64)
    probe.metrics = () if metric in known else (metric,)
    found = document(sweep(probe, [parse_knob(vary)]))
    rows: list[dict[str, Any]] = [point["strategies"][strategy] for point in found["points"]]
    values = [row[metric] if metric in known else row["metrics"][metric] for row in rows]
    return [value["p50"] if isinstance(value, dict) else float(value) for value in values]


MORNING = '[{days: mon-fri, from: "09:00", to: "12:00"}]'
TEN, TWENTY = "{low: 5, central: 10, high: 20}", "{low: 10, central: 20, high: 40}"
"""Ranges: it is drawn together with others."""
EVENING = '[{days: mon-fri, from: "17:00", to: "20:00"}]'
MOVES = [
    (1, small, "dialing.channels=1,2,6", "all-channels", "finished", "1", "up"),
    (
        2,
        FRANCE,
        "world.consent.share=2 %,8 %,20 %",
        "cnil-compliant",
        "people_reached",
        "1/200",
        "up",
    ),
    (
        3,
        FRANCE,
        f"world.complaints.per_million={TEN},{TWENTY}",
        "as-run",
        "complaints",
        "1/500",
        "double",
    ),
    (
        4,
        FRANCE,
        "world.complaints.contagion.social=0.1,0.8",
        "as-run",
        "complaints_contagion_share",
        "1/50",
        "up",
    ),
    (7, small, "dialing.channels=40,80", "all-channels", "people_reached", "1", "same"),
    (
        8,
        FRANCE,
        f"dialing.call_times={MORNING},{EVENING}",
        "as-run",
        "share_human_first",
        "1/500",
        "up",
    ),
    (9, small, "attempts.lifetime=1,2", "all-channels", "people_reached", "1", "up"),
    (
        10,
        PRIMARY,
        "message.opt_out=none,end,start",
        "usual-practice",
        "lines_opted_out",
        "1/100",
        "up",
    ),
    (
        11,
        FRANCE,
        "world.press_1=5 %,10 %,20 %",
        "press-1-as-consent",
        "people_reached",
        "1/500",
        "up",
    ),
    (
        12,
        small,
        "amd.on_machine=hang_up,leave_message",
        "all-channels",
        "lines_voicemail_heard_after_cutoff",
        "1",
        "up",
    ),
    (
        13,
        FRANCE,
        "world.consent.withdrawn=40 %,20 %,0 %",
        "cnil-compliant",
        "people_reached",
        "1/200",
        "up",
    ),
    (14, PRIMARY, "attempts.lifetime=1,2,3", "few-numbers", "labelled_call_share", "1/100", "up"),
    (
        15,
        small,
        "prices.per_line_dialled=0.01 EUR,0.02 EUR",
        "all-channels",
        "cost_per_person_reached",
        "1",
        "double",
    ),
    (
        15,
        FRANCE,
        "prices.per_line_dialled=1 EUR,2 EUR",
        "as-run",
        "cost_per_vote",
        "1/500",
        "double",
    ),
]
"""Question, scenario, what is turned, strategy, number, scale, and which way it goes."""


@pytest.mark.verify
@pytest.mark.parametrize("move", MOVES, ids=lambda move: str(move[0]))
def test_an_answer_moves_the_known_way(move: tuple[Any, ...]) -> None:
    _, file, vary, strategy, metric, scale, way = move
    file = file() if callable(file) else str(ROOT / file)
    values = swept(file, vary, strategy, metric, scale)
    if way == "same":
        assert values[0] == pytest.approx(values[1], rel=0.002)
    elif way == "double":
        assert values[1] == pytest.approx(2 * values[0], rel=0.01)
    else:
        assert values == sorted(values)
        assert values[0] < values[-1]


@pytest.mark.verify
def test_a_stop_before_the_silence_breaks_none_of_it(tmp_path: Path) -> None:
    """Questions 5 and 6: late-stop goes on into the eve of the poll; in time, it does not."""
    from sim.jobs.run import run_scenario
    from sim.loading.load import load

    found = {}
    for name, sets in (
        ("late", ()),
        ("early", ["strategies.late-stop.campaign.cutoff=2017-04-20 20:00"]),
    ):
        loaded = load(str(ROOT / FRANCE), sets)
        run = run_scenario(loaded, strategies=["late-stop"], scale=0.002, out=tmp_path / name).run
        rows = run.audit
        silent = rows[rows["regime"] == "fr-electoral-silence"]
        found[name] = (int(silent["violations"].sum()), run.exposure)
    assert found["late"][0] > 0 == found["early"][0]
    assert len(found["late"][1]) >= len(found["early"][1])


# ── The picture of question 12 ───────────────────────────────────────────────────────────────────

STOPS = ("12:00", "16:00", "20:00")
WIDTH = 32
"""Of the longest bar, in characters."""


def bars(rows: dict[str, float]) -> str:
    """Numbers as bars, to an eighth of a character."""
    most = max(rows.values())
    drawn = []
    for name, value in rows.items():
        eighths = round(8 * WIDTH * value / most)
        bar = "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()
        drawn.append(f"    {name}  {bar:<{WIDTH}}  {rounded(value)}")
    return "\n".join(drawn)


@pytest.mark.verify
def test_the_picture_of_question_12_is_what_its_commands_find() -> None:
    """By how much later calls stop, and by how much later voicemail alone does."""
    own = "strategies.as-run.dialing.changes"
    change = f"{own}=[{{at: 2017-04-21 12:00, amd: {{on_machine: hang_up}}}}]"
    for path, sets in (("campaign.cutoff", ()), (f"{own}.0.at", (change,))):
        vary = f"{path}={','.join(f'2017-04-21 {stop}' for stop in STOPS)}"
        metric = "lines_voicemail_heard_after_cutoff"
        values = swept(str(ROOT / FRANCE), vary, "as-run", metric, "1/100", sets)
        assert values == sorted(values)
        drawn = bars(dict(zip(STOPS, values, strict=True)))
        assert drawn in QUESTIONS[12][1], f"docs/questions.md does not draw:\n{drawn}"


def test_bars_are_as_long_as_their_numbers() -> None:
    """Of those that the page shows, by the eye: full blocks, and what is left over."""
    parts = " ▏▎▍▌▋▊▉█"
    shown = re.findall(r"^    \d\d:00  ([▏▎▍▌▋▊▉█]+) +([\d.]+) k$", QUESTIONS[12][1], re.MULTILINE)
    assert len(shown) == 2 * len(STOPS)
    for three in (shown[:3], shown[3:]):
        lengths = [sum(parts.index(one) for one in bar) / 8 for bar, _ in three]
        numbers = [float(number) for _, number in three]
        for length, number in zip(lengths, numbers, strict=True):
            assert length == pytest.approx(WIDTH * number / max(numbers), abs=0.2)
