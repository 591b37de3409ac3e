"""The plugin of pytest, in a repository with packages called as ours are."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ringfence_pytest

ROOT = Path(__file__).parents[1]
pytest_plugins = ["pytester"]
CACHE = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")

CHECK = """\
regimes: [fr-cnil-political]
check:
  most_draws: 8
  expect:
    - {metric: attempts, strategy: all-channels, at_least: 100}
    - {metric: attempts, strategy: all-channels, at_most: 100}
    - {metric: attempts, strategy: all-channels, over: noise, quantile: 95 %, at_most: 3_000}
"""


def ringfence(*arguments: str, folder: Path) -> None:
    start = "import ringfence_command; ringfence_command.main()"
    command = [sys.executable, "-I", "-c", start, *arguments]
    subprocess.run(command, cwd=folder, check=False, capture_output=True)


@pytest.fixture
def repository(
    pytester: pytest.Pytester, scenario_text: str, monkeypatch: pytest.MonkeyPatch
) -> pytest.Pytester:
    """A repository with packages ``sim`` and ``analysis``, a scenario, and its baseline."""
    monkeypatch.setenv("XDG_CACHE_HOME", CACHE)  # pytester gives a home of its own, without kernels
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))
    for name in ("sim", "analysis"):
        pytester.mkpydir(name)
        (pytester.path / name / "__init__.py").write_text("OURS = True\n", encoding="utf-8")
    (pytester.path / "other.yaml").write_text("format: json\n", encoding="utf-8")
    folder = pytester.path / "scénarios d'été"
    folder.mkdir()
    text = scenario_text.replace("lines: 3_000", "lines: 600") + CHECK
    (folder / "small.yaml").write_text(text, encoding="utf-8")
    ringfence("check", "--accept", str(folder), "--reason", "first", folder=pytester.path)
    pytester.makepyfile(
        test_own="""
        import analysis, sim

        def test_own_packages():
            assert sim.OURS and analysis.OURS

        def test_a_run(ringfence_run):
            ran = ringfence_run("scénarios d'été/small.yaml")
            assert ran.metrics["all-channels"]["attempts"] > 100
            strategies = {row["strategy"] for row in ran.table("timeline")}
            assert strategies == {"all-channels", "half-the-channels"}
        """
    )
    return pytester


def test_scenarios_are_tests(repository: pytest.Pytester) -> None:
    """One strategy has changed since the baseline: it fails, and so does the file."""
    folder = repository.path / "scénarios d'été"
    text = (folder / "small.yaml").read_text("utf-8")
    (folder / "small.yaml").write_text(text.replace("channels: 3}", "channels: 4}"), "utf-8")
    found = repository.runpytest_subprocess("-v", "-p", "no:cacheprovider", "-p", "no:dash")
    found.assert_outcomes(passed=4, failed=4)
    broken = text.splitlines().index(
        "    - {metric: attempts, strategy: all-channels, at_most: 100}"
    )
    out = found.stdout.str()
    assert f"small.yaml:{broken + 1}  all-channels: attempts ≤ 100  BROKEN (" in out
    assert f"small.yaml:{broken + 2}  all-channels: attempts ≤ 3,000 at the 95 % quantile" in out
    assert "NOT JUDGED (not enough runs: 8 of 8 runs keep it" in out
    line = text.splitlines().index(
        "  half-the-channels: {dialing: {channels: 3}, reached_when: {voicemail: left}}"
    )
    assert f"small.yaml:{line + 1}  half-the-channels  DRIFT (" in out
    assert "dialing.channels 3 → 4" in out
    assert "accept with: ringfence check --accept small.yaml" in out


def test_what_is_collected_and_where(pytester: pytest.Pytester, scenario_text: str) -> None:
    """Without a run: an expectation over noise is slow, strategies of a base stand at extends."""
    (pytester.path / "base.yaml").write_text(scenario_text + CHECK, encoding="utf-8")
    child = "extends: base.yaml\nformat: 1\nname: child\nstrategies: {more: {}}\n"
    (pytester.path / "child.yaml").write_text(child, encoding="utf-8")
    (pytester.path / ".pre-commit-config.yaml").write_text("repos: []\n", encoding="utf-8")
    items, _ = pytester.inline_genitems("-p", "no:dash", str(pytester.path))
    where = {(item.path.name, item.name): item.reportinfo()[1] for item in items}
    assert [name for file, name in where if file == "base.yaml"] == [
        "the file itself",
        "expect 1: attempts of all-channels",
        "expect 2: attempts of all-channels",
        "expect 3: attempts of all-channels",
        "all-channels",
        "half-the-channels",
    ]
    assert where["child.yaml", "half-the-channels"] == 0
    assert where["child.yaml", "more"] == 3
    slow = [item.name for item in items if item.get_closest_marker("ringfence_slow")]
    assert slow == ["expect 3: attempts of all-channels"]
    groups = {item.get_closest_marker("xdist_group").args for item in items}
    assert len(groups) == 2


STUB = """
from pathlib import Path
import ringfence_pytest as plugin

def _check(path, root, slow):
    \"\"\"Stands for the check: notes that it ran; one strategy of one file has drifted.\"\"\"
    with Path(root, "runs.txt").open("a") as file:
        file.write(f"{path.name} {slow}\\n")
    listed = list(plugin._listed(path))
    bad = ("a.yaml", "half-the-channels")
    items = {
        name: {"name": name, "state": "drift" if (path.name, name) == bad else "ok",
               "summary": "1 of 9 differ", "details": ["attempts  9 → 8"]}
        for name in ["the file itself", *(name for name, _, _ in listed)]
    }
    kept = {line: {"state": "kept"} for name, line, _ in listed if name.startswith("expect")}
    return plugin._Found(items, kept, "")

plugin._check = _check
"""


@pytest.fixture
def two(
    pytester: pytest.Pytester, scenario_text: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[dict[str, int], list[str]]]:
    """A repository of two scenarios whose check is stood for; runs pytest there.

    Gives how tests came out, and which files were run.
    """
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)  # of the tests that this is one of
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # others take seconds to import
    monkeypatch.setattr(ringfence_pytest, "_check", ringfence_pytest._check)  # put back at the end
    for name in ("a", "b"):
        (pytester.path / f"{name}.yaml").write_text(scenario_text + CHECK, encoding="utf-8")
    pytester.makeconftest(STUB)

    def run(*options: str) -> tuple[dict[str, int], list[str]]:
        runs = pytester.path / "runs.txt"
        runs.unlink(missing_ok=True)
        several = "-n" in options
        start = pytester.runpytest_subprocess if several else pytester.runpytest_inprocess
        ended = start("-p", "ringfence_pytest", "-p", "xdist", *options)
        told = runs.read_text("utf-8").splitlines() if runs.exists() else []
        outcomes = {word: n for word, n in ended.parseoutcomes().items() if "warning" not in word}
        return outcomes, sorted(told)

    return run


def test_one_run_a_file_in_however_many_processes(two: Callable[..., Any]) -> None:
    """Six items each: the file, two strategies, three expectations."""
    alone = two()
    assert alone == ({"failed": 1, "passed": 11}, ["a.yaml True", "b.yaml True"])
    assert two("-n", "2", "--dist", "loadgroup") == alone


def test_what_is_chosen_is_run_and_nothing_else(two: Callable[..., Any]) -> None:
    outcome, runs = two("-k", "half-the-channels and b.yaml")
    assert (outcome, runs) == ({"passed": 1, "deselected": 11}, ["b.yaml False"])
    outcome, runs = two("-x", "-k", "channels and not expect")
    assert runs == ["a.yaml False"]
    assert (outcome["failed"], outcome["passed"]) == (1, 1)
    outcome, runs = two("--lf")
    assert (outcome["failed"], runs) == (1, ["a.yaml False"])
    assert "passed" not in outcome
    outcome, runs = two("-m", "not ringfence_slow")
    assert runs == ["a.yaml False", "b.yaml False"]
    assert (outcome["failed"], outcome["passed"], outcome["deselected"]) == (1, 9, 2)
    assert two("--collect-only", "-q")[1] == []


def test_without_scenarios_nothing_is_run(
    pytester: pytest.Pytester, two: Callable[..., Any]
) -> None:
    for name in ("a", "b"):
        (pytester.path / f"{name}.yaml").write_text("format: json\n", encoding="utf-8")
    pytester.makepyfile("def test_own(): pass")
    assert two() == ({"passed": 1}, [])


def test_it_imports_nothing_of_ours() -> None:
    tree = ast.parse((ROOT / "ringfence_pytest.py").read_text("utf-8"))
    names = {
        (alias.name if isinstance(node, ast.Import) else node.module or "").split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    assert names & {"sim", "analysis"} == set()
