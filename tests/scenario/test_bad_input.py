"""Input that is no scenario, or far too much of one: refused in words, at a place, in time."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import sim
from sim.document.source import MAX_BYTES, MAX_DEPTH, MAX_NODES
from sim.document.units import MAX_DIGITS
from sim.errors import MAX_FAULTS, MAX_MESSAGE, MAX_PATH, Fault, ScenarioError, told
from sim.loading.load import load
from sim.scenario.overlay import MAX_STRATEGIES, MAX_VALUES
from tests.scenario.example import FEEDBACK, TEXT, Write, changed, faults_of

# ── Numbers ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("world.press_1", "1" + "0" * 308),
        ("world.press_1", "1" + "0" * 309),  # larger than any float
        ("world.voters_per_line", "-1" + "0" * 400),
        ("seed", "0x" + "f" * 6_000),  # Python does not write out so long a number
        ("seed", "0b" + "1" * 6_000),
        ("dialing.calls_per_second", "9" * 41),
        ("message.duration", "0." + "0" * 5_000 + "1"),
    ],
)
def test_numbers_without_end(write: Write, path: str, number: str) -> None:
    (fault,) = faults_of(write(TEXT), [f"{path}={number}"])
    assert fault.message.endswith(f"is too long; at most {MAX_DIGITS} characters are read")
    assert (fault.file, fault.line, fault.column) == ("--set", 1, len(path) + 2)
    assert fault.path == path


def test_a_number_of_forty_characters_is_read(write: Write) -> None:
    (fault,) = faults_of(write(TEXT), [f"seed=1{'0' * (MAX_DIGITS - 1)}"])
    assert "less than 18_446_744_073_709_551_616 is allowed" in fault.message


@pytest.mark.parametrize("data", [{"seed": 10**5_000}, {"world": {"press_1": 10**400}}])
def test_numbers_without_end_in_memory(data: dict[str, object]) -> None:

    with pytest.raises(ScenarioError, match="a whole number of more than 40 digits"):
        sim.load(data)


# ── Text ─────────────────────────────────────────────────────────────────────────────────────────


def test_two_escapes_make_one_character_and_one_makes_none(write: Write) -> None:
    r"""JSON writes U+1F600 as "\ud83d\ude00"; a half alone is no character."""
    text = changed(
        ("seed: 7", r'seed: "\ud83d\ude00"'), ("question: Whom", r'question: "\ud800" #')
    )
    found = {fault.path: fault for fault in faults_of(write(text))}
    assert found["seed"].message.startswith("found '\U0001f600'; a whole number")
    assert found["question"].message == "found '\ufffd', which holds half of a character"
    assert len(found) == 2


def test_halves_of_a_character_in_memory() -> None:
    """Two that follow each other are one; one alone is a fault, in a key as in a value."""
    data = YAML(typ="safe", pure=True).load(TEXT)
    assert sim.load({**data, "question": "\ud83d\ude00"}).scenario.question == "\U0001f600"
    data["dialing"]["lead_order"] = "\ud800"
    data["dialing"]["\udfff"] = 1
    with pytest.raises(ScenarioError) as refused:
        sim.load(data)
    said = [f.message for f in refused.value.faults if "half of a character" in f.message]
    assert said == ["found '\ufffd', which holds half of a character"] * 2


@pytest.mark.parametrize("escape", [r"\UFFFFFFFF", r"\U00110000", r"\U7FFFFFFF"])
def test_an_escape_that_names_no_character(write: Write, escape: str) -> None:
    (fault,) = faults_of(write(changed(("question: Whom", f'question: "{escape}" #'))))
    assert (fault.line, fault.column) == (3, 12)
    assert fault.message == f"the escape {escape} names no character"


@pytest.mark.parametrize("name", [r"a\0b", r"\ud800", "z" * 1_000])
def test_files_that_cannot_be(write: Write, name: str) -> None:
    for text, path in [
        (f'extends: "{name}"\n', "extends"),
        (changed(("base: as-run", f'regimes: ["{name}.yaml"]')), "regimes.0"),
        (changed(("base: as-run", f'enforce: {{"{name}.yaml": [all]}}')), "enforce."),
    ]:
        faults = [fault for fault in faults_of(write(text)) if fault.path.startswith(path)]
        assert faults, text[:80]
        assert all(fault.line and fault.column for fault in faults)


def test_an_argument_that_is_no_text(write: Write) -> None:
    for argument in ("\udcff=1", "name=\udcff"):
        (fault,) = faults_of(write(TEXT), [argument])
        assert fault.message == "is not text in UTF-8"
        assert str(fault).isprintable()


# ── Depth ────────────────────────────────────────────────────────────────────────────────────────


def test_a_path_without_end(write: Write) -> None:
    (fault,) = faults_of(write(TEXT), ["a." * 3_000 + "a=1"])
    assert fault.message == f"names 3_001 keys one below the other; at most {MAX_DEPTH} are allowed"
    assert len(fault.path) <= MAX_PATH


# ── Files that are none ──────────────────────────────────────────────────────────────────────────


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    """A pipe that nobody writes to would never end; opening it must not wait either."""
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    (tmp_path / "s.yaml").write_text("extends: pipe.yaml\n")
    for path, words in [
        (pipe, "only regular files are read"),
        (Path("/dev/zero"), "only regular files are read"),
        (tmp_path / "s.yaml", "there is no regular file"),
    ]:
        (fault,) = faults_of(path)
        assert words in fault.message
        assert (fault.line, fault.column) == (1, 1 if path != tmp_path / "s.yaml" else 10)


def test_what_only_looks_like_a_file_is_empty() -> None:
    """In /proc a file has no size, and reading some of them never ends."""
    if not Path("/proc/version").is_file():
        pytest.skip("no /proc here")
    (fault,) = faults_of(Path("/proc/version"))
    assert fault.message == "the file holds nothing; a map is wanted"


SECRETS = {
    "passwd": "root:x:0:0:root:/root:/bin/bash\nsecret:x:1:1::/:/bin/sh\n",
    "config": "secret: 'secret'\nuser: {secret: [secret]}\n",
    "twice": "secret: a\nsecret: b\n3: secret\n? [secret]\n: x\n",
    "broken": "secret: 'secret\n",
    "tagged": "a: !secret x\n",
    "list": "- secret\n",
    "anchor": "a: *secret\n",
    "key": "secret\nsecret: [secret\n",
}


@pytest.mark.parametrize("name", SECRETS)
def test_nothing_is_told_of_a_file_that_is_no_scenario(tmp_path: Path, name: str) -> None:
    (tmp_path / "other").write_text(SECRETS[name])
    scenario = tmp_path / "s.yaml"
    scenario.write_text("extends: other\n")
    with pytest.raises(ScenarioError) as caught:
        load(str(scenario))
    assert "secret" not in str(caught.value).replace(str(tmp_path), "")
    assert all(fault.line and fault.column for fault in caught.value.faults)


def test_a_file_that_is_extended_may_lack_all_but_one_key(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("seed: 9\n")
    scenario = tmp_path / "s.yaml"
    scenario.write_text(changed(("seed: 7\n", "extends: a.yaml\n")))
    assert load(str(scenario)).scenario.seed == 9


def test_faults_of_a_file_are_told_with_that_of_its_link(write: Write) -> None:
    faults = faults_of(write("name: a\nname: b\nextends: nowhere.yaml\n"))
    assert [(fault.line, fault.path) for fault in faults] == [(2, "name"), (3, "extends")]


# ── Too much ─────────────────────────────────────────────────────────────────────────────────────


WINDOW = '    - {days: mon-fri, from: "10:00", to: "13:00"}\n'
EARLY = '    - {days: all, from: "10:00", to: "13:00"}\n'


def much(what: str, n: int) -> str:
    """A scenario with n of something."""
    places = "".join(f"    t{i}: {{share: 0, timezone: UTC}}\n" for i in range(n - 2))
    head = TEXT[: TEXT.index("base: as-run\n")]
    return {
        "strategies": head + "strategies:\n" + "".join(f"  s{i}: {{}}\n" for i in range(n)),
        "values": f"{TEXT}x: [{'1, ' * (n - 1)}1]\n",
        "aliases": f"{TEXT}x: &a 1\ny: [{'*a, ' * (n - 1)}*a]\n",
        "windows": changed((WINDOW, EARLY * (n - 1))),
        "territories": changed(("  line_types:\n", f"{places}  line_types:\n")),
    }[what]


@pytest.mark.parametrize(
    ("what", "n", "path", "words"),
    [
        ("strategies", 101, "strategies", "found 101 strategies; at most 100 are allowed"),
        ("strategies", 8_000, "strategies", "found 8_000 strategies; at most 100 are allowed"),
        ("values", MAX_NODES, "", "more than 10_000 values, with aliases expanded"),
        ("aliases", MAX_NODES, "", "more than 10_000 values, with aliases expanded"),
        ("windows", 101, "dialing.call_times", "found 101; at most 100 are allowed"),
        ("territories", 201, "world.territories", "found 201; at most 200 are allowed"),
    ],
)
def test_limits_are_in_the_message(write: Write, what: str, n: int, path: str, words: str) -> None:
    begun = time.process_time()
    faults = [fault for fault in faults_of(write(much(what, n))) if fault.message == words]
    assert time.process_time() - begun < 5
    assert [fault.path for fault in faults] == [path]
    assert (faults[0].line, faults[0].column) != (1, 1)


def test_as_much_as_is_allowed(write: Write) -> None:
    for what, n in [("strategies", MAX_STRATEGIES), ("windows", 100)]:
        assert not [f for f in faults_of(write(much(what, n))) if f.severity == "error"], what


def test_a_base_strategy_under_many(write: Write) -> None:
    """1,000 windows under each of 100 strategies are 400,000 values."""
    text = much("strategies", MAX_STRATEGIES).replace(WINDOW, EARLY * 1_000)
    begun = time.process_time()
    (fault,) = faults_of(write(text))
    assert time.process_time() - begun < 5
    assert fault.path == "strategies"
    assert fault.message.endswith(f"at most {MAX_VALUES:_} are allowed")


def test_a_file_as_large_as_is_read_takes_its_time_in_proportion(write: Write) -> None:
    """Twice the text takes about twice as long, whatever it is made of."""
    for line in ("# comment\n", "x y z\n", "", " "):
        seconds = []
        for size in (MAX_BYTES // 4, MAX_BYTES // 2):
            body = (line or "\n") * ((size - len(TEXT)) // len(line or "\n"))
            text = TEXT + ("question2: |\n  " + body.replace("\n", "\n  ") if "x" in line else body)
            path = write(text)
            begun = time.process_time()
            faults_of(path)
            seconds.append(time.process_time() - begun)
        assert seconds[1] < 5
        assert seconds[1] < 3 * seconds[0] + 0.5, line


# ── What is told of it ───────────────────────────────────────────────────────────────────────────


def test_faults_are_short() -> None:
    fault = Fault("s.yaml", 1, 1, "k" * 9_999, "m" * 99_999)
    assert len(fault.path) <= MAX_PATH
    assert fault.path.endswith("… (9_999 characters)")
    assert len(fault.message) <= MAX_MESSAGE
    assert fault.message.endswith("… (99_999 characters)")


def test_a_console_tells_no_more_faults_than_it_can_show() -> None:
    faults = [Fault("s.yaml", line, 1, "", "x") for line in range(1, 1_001)]
    lines = list(told(faults))
    assert len(lines) == MAX_FAULTS + 1
    assert lines[-1] == f"…and 800 more; {MAX_FAULTS} are shown"
    assert len(list(told(faults[:MAX_FAULTS]))) == MAX_FAULTS


# ── What tables hold ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("length", "words"),
    [
        ("60001 ms", "found 60001 ms; a whole number of minutes is wanted"),
        ("12 h", "no time of 12 h fits between 09:00 and 20:00"),
        # 660 minutes a day hold 31 of them: 217 in seven days.
        ("21 min", "makes 217 times a week; at most 200 are allowed"),
    ],
)
def test_times_that_consents_name(write: Write, length: str, words: str) -> None:
    slot = f'{{length: {length}, days: all, from: "09:00", to: "20:00"}}'
    (fault,) = faults_of(write(FEEDBACK), [f"world.consent.slot={slot}"])
    assert (fault.path, fault.message) == ("world.consent.slot.length", words)
    slot = slot.replace(length, "24 min")  # 27 a day, 189 a week
    assert not faults_of(write(FEEDBACK), [f"world.consent.slot={slot}"])


def test_classes_of_lines(write: Write) -> None:
    """1 type × 2 by consent × 64 cohorts × 50 attempts are 6,400; with 4 segments 25,600."""
    odds = f"world.line_types.landline.answering.by_attempt=[{'1, ' * 49}1]"
    sets = [odds, "world.line_types.landline.answering.frailty.cohorts=64"]
    assert not faults_of(write(FEEDBACK), sets)
    parts = ", ".join(f"s{i}: {{share: 25 %}}" for i in range(4))
    (fault,) = faults_of(write(FEEDBACK), [*sets, f"world.segments={{{parts}}}"])
    assert fault.path == "world.line_types"
    assert "make 512 classes of lines, times 50 attempts" in fault.message
