"""The front door: what is public, what it costs, and that its examples run."""

from __future__ import annotations

import doctest
import inspect
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim import front
from sim.scenario.starter import starter

ROOT = Path(__file__).parents[1]
PUBLIC = {
    "__version__",
    "audit_files",
    "audit_run",
    "errors",
    "load",
    "load_regime",
    "load_run",
    "load_study",
    "regime_ids",
    "run",
    "run_study",
    "simulate",
}
"""All that `import sim` promises. Whoever adds to it promises to keep it."""
FUNCTIONS = sorted(name for name in PUBLIC if inspect.isfunction(getattr(sim, name)))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the shipped scenarios, and the user in it."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    return tmp_path


# ── What is public ───────────────────────────────────────────────────────────────────────────────


def test_what_is_public() -> None:
    assert set(sim.__all__) == set(dir(sim)) == PUBLIC
    assert len(FUNCTIONS) == len(PUBLIC) - 2
    mine = {
        name
        for name, thing in vars(front).items()
        if inspect.isfunction(thing) and thing.__module__ == "sim.front"
        if not name.startswith("_")
    }
    assert mine == set(FUNCTIONS)
    with pytest.raises(AttributeError, match="module 'sim' has no public name 'simulat'"):
        sim.simulat  # noqa: B018


def test_an_import_is_quick_and_light() -> None:
    code = "import sys; before = set(sys.modules); import sim; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    brought = set(done.stdout.split())
    assert {m for m in brought if m.partition(".")[0] == "sim"} == {"sim"}
    # Nothing but the standard library's own, and nothing of it that is slow to come.
    assert {m.partition(".")[0] for m in brought} <= {"sim", *sys.stdlib_module_names}
    assert not {"asyncio", "dataclasses", "inspect", "json", "pathlib", "tempfile"} & brought
    code = "import sim, sys; sim.errors; sim.__version__; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "pydantic", "click"} & set(done.stdout.split())


# ── Words ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_public_function_says_all_that_a_caller_needs(name: str) -> None:
    text = inspect.getdoc(getattr(sim, name)) or ""
    assert "Examples\n--------\n>>> import sim\n" in text
    signature = inspect.signature(getattr(sim, name))
    head = text.partition("Examples\n")[0]
    if name not in ("regime_ids", "load_run", "load_study", "load_regime"):
        for parameter in signature.parameters:
            assert parameter in head.partition("Parameters\n")[2], parameter
    if name != "regime_ids":
        assert "Raises\n------\nsim.errors." in head
    for line in head.partition("Raises\n------\n")[2].splitlines():
        if line.startswith("sim.errors."):
            assert issubclass(
                getattr(sim.errors, line.removeprefix("sim.errors.")), sim.errors.RingfenceError
            )


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_example_runs(name: str, folder: Path) -> None:
    finder = doctest.DocTestFinder(recurse=False)
    (example,) = finder.find(getattr(sim, name), name, globs={})
    assert example.examples
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    told: list[str] = []
    runner.run(example, out=told.append)
    assert runner.failures == 0, "".join(told)


# ── A scenario from a file, a text or a dict ─────────────────────────────────────────────────────


def test_the_three_ways_give_the_same_scenario(folder: Path) -> None:
    text = starter("trial")
    Path("trial.yaml").write_text(text, encoding="utf-8")
    by_file = sim.load("trial.yaml")
    by_path = sim.load(Path("trial.yaml"))
    by_text = sim.load(text)
    by_data = sim.load(by_file.resolved)
    assert by_file.scenario == by_path.scenario == by_text.scenario == by_data.scenario
    assert by_file.resolved == by_text.resolved == by_data.resolved
    assert [path.name for path in by_text.sources] == ["<text>"]
    assert sim.load(by_file) is by_file
    louder = sim.load(by_file.resolved, sets=["dialing.channels=7"])
    assert louder.scenario.strategies["all-channels"].dialing.channels == 7


def test_what_is_extended_is_relative_to_where_one_is(folder: Path) -> None:
    text = "extends: scenarios/france-2017.yaml\nseed: 7\n"
    for source in (text, {"extends": "scenarios/france-2017.yaml", "seed": 7}):
        loaded = sim.load(source)
        assert loaded.scenario.seed == 7
        assert loaded.sources[1] == Path("scenarios/france-2017.yaml")


def test_faults_of_a_text_have_line_and_column() -> None:
    with pytest.raises(sim.errors.ScenarioError) as caught:
        sim.load("format: 1\nname: x\nseed: abc\nwurld: {}\n")
    told = str(caught.value).splitlines()
    assert "<text>:3:7: seed: found 'abc'; a whole number is wanted, such as 6_000_000" in told
    assert any(line.startswith("<text>:4:1: wurld: unknown key; did you mean") for line in told)
    with pytest.raises(sim.errors.ScenarioError, match=r"<text>:2:5: a ':' stands where no key"):
        sim.load("format: 1\na: b: c\n")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "<dict>: world: missing"),
        ({"seed": "abc"}, "<dict>: seed: found 'abc'; a whole number is wanted, such as 6_000_000"),
        ({"dialing": {"chanels": 3}}, "<dict>: dialing.chanels: unknown key; did you mean"),
        ({"seed": float("nan")}, "<dict>: seed: found nan; a finite number is wanted"),
        ({"seed": Path("x")}, "<dict>: seed: found a PosixPath; write it as text"),
        ({3: 4}, "<dict>: the key 3 is not text"),
        ({"world": {"people": [1, {"a": object()}]}}, "<dict>: world.people.1.a: found a"),
    ],
)  # fmt: skip
def test_faults_of_a_dict_have_the_path_of_the_key(data: dict[str, object], message: str) -> None:
    with pytest.raises(sim.errors.ScenarioError) as caught:
        sim.load(data)
    assert any(line.startswith(message) for line in str(caught.value).splitlines()), caught.value
    assert caught.value.place == "<dict>"


def test_a_dict_that_never_ends() -> None:
    data: dict[str, object] = {}
    data["world"] = data
    with pytest.raises(sim.errors.ScenarioError, match="nested more than 40 levels deep"):
        sim.load(data)
    with pytest.raises(sim.errors.ScenarioError, match="more than 10_000 values"):
        sim.load({"world": [0] * 60_000})
    with pytest.raises(sim.errors.ScenarioError, match="larger than 512 KiB"):
        sim.load("#\n" * 600_000)


def test_names_that_no_file_can_have() -> None:
    for name in ("a\0b.yaml", "\ud800.yaml"):
        with pytest.raises(sim.errors.ScenarioError, match="no file can have that name"):
            sim.load(name)


# ── Running ──────────────────────────────────────────────────────────────────────────────────────


def test_in_memory_and_in_a_directory_are_the_same(folder: Path) -> None:
    options = {"strategies": ["half-the-channels"], "seed": 9, "scale": 0.01}
    found = sim.simulate(starter("trial"), **options)
    stored = sim.run(starter("trial"), "run", **options)
    assert found.strategies == stored.strategies == ("half-the-channels",)
    assert found.scale == stored.scale == 0.01
    assert {
        f"half-the-channels.{name}": value
        for name, value in found.metrics["half-the-channels"].items()
    } == dict(stored.metrics)
    assert found.table("timeline").equals(sim.load_run("run").timeline)
    assert not (stored.path / "report.html").exists()
    assert (
        sim.run(starter("trial"), "with", scale=0.001, report=True)
        .path.joinpath("report.html")
        .exists()
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strategies": ["al-channels"]}, "did you mean 'all-channels'"),
        ({"seed": -1}, "the seed cannot be used; found -1; allowed: a number from 0"),
        ({"seed": 2**64}, "the seed cannot be used"),
        ({"scale": 0}, "the scale cannot be used; found 0; allowed: above 0 and at most 1"),
        ({"scale": 1.5}, "the scale cannot be used"),
        ({"scale": float("nan")}, "the scale cannot be used"),
        ({"scale": 1e-9}, "leaves none of 100,000 lines"),
    ],
)
def test_options_out_of_range(folder: Path, options: dict[str, object], message: str) -> None:
    for call in (sim.simulate, sim.run):
        with pytest.raises(sim.errors.OptionError, match=message):
            call(starter("trial"), **options)  # type: ignore[operator]
    assert not Path("runs").exists()


def test_names_that_are_not_there(folder: Path) -> None:
    found = sim.simulate(starter("trial"), scale=0.001)
    with pytest.raises(sim.errors.UnknownNameError, match="no table 'timelin'; did you mean 'time"):
        found.table("timelin")
    with pytest.raises(sim.errors.UnknownNameError, match="no metric 'atempts'; did you mean"):
        found.metric("all-channels", "atempts")
    with pytest.raises(sim.errors.UnknownNameError, match="no strategy 'x'; allowed: all-channels"):
        found.metric("x", "attempts")
    with pytest.raises(sim.errors.OptionError, match="settings go with a scenario"):
        sim.load(sim.load(starter("trial")), sets=["seed=3"])
