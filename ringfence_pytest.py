"""Scenarios as tests: a plugin of pytest that collects them and runs ``ringfence check``.

``pytest scenarios/`` collects of each scenario file the file itself, every strategy and every
expectation, each at its line in the YAML. The check runs once a file, in a process of its own that
looks for packages where Ringfence is installed and nowhere else: a repository may have packages
called ``sim`` or ``analysis``. For the same reason nothing of Ringfence is imported here.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

FILE = "the file itself"
"""Of a file, what belongs to none of its strategies: the scenario, and its law packs."""
_SUFFIXES = {".yaml", ".yml"}
_FORMAT = re.compile(rb"^format[ \t]*:", re.MULTILINE)
_TOPIC = re.compile(rb"^(world|strategies|campaign|extends)[ \t]*:", re.MULTILINE)
_MAX_BYTES = 2_000_000
_MAX_EXTENDS = 8
_START = "import ringfence_command; ringfence_command.main()"


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    for line in (
        "ringfence: a strategy, an expectation or the file of a scenario.",
        "ringfence_slow: an expectation over noise or inputs, for which many runs are made.",
        "xdist_group(name): tests that one process of pytest-xdist runs.",
    ):
        config.addinivalue_line("markers", line)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    """A YAML file with the keys of a scenario is one."""
    if file_path.suffix not in _SUFFIXES:
        return None
    try:
        with file_path.open("rb") as opened:
            text = opened.read(_MAX_BYTES)
    except OSError:
        return None
    if not _FORMAT.search(text) or not _TOPIC.search(text):
        return None
    made: ScenarioFile = ScenarioFile.from_parent(parent, path=file_path)
    return made


class CheckFailedError(Exception):
    """What a check found, in words."""


@dataclass(frozen=True)
class _Found:
    """What ``ringfence check`` said of a file."""

    items: Mapping[str, Mapping[str, Any]]
    """By name of a strategy."""
    promises: Mapping[int, Mapping[str, Any]]
    """By line of an expectation."""
    unjudged: str
    """Why the file could not be judged; empty where it was."""


class ScenarioFile(pytest.File):
    """A scenario file."""

    _found: _Found | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """The file itself, its strategies, and its expectations."""
        lines = [(FILE, 1, False), *_listed(self.path)]
        for name, line, slow in lines:
            item: ScenarioItem = ScenarioItem.from_parent(self, name=name)
            item.line, item.expects = line, name.startswith("expect ")
            item.add_marker("ringfence")
            item.add_marker(pytest.mark.xdist_group(str(self.path)))
            if slow:
                item.add_marker("ringfence_slow")
            yield item

    def found(self) -> _Found:
        """What the check says; it runs when it is first asked for."""
        if self._found is None:
            chosen = [item for item in self.session.items if item.parent is self]
            slow = any(item.get_closest_marker("ringfence_slow") for item in chosen)
            self._found = _check(self.path, self.config.rootpath, slow)
        return self._found


class ScenarioItem(pytest.Item):
    """The file itself, one of its strategies, or an expectation."""

    line = 1
    """Where it is written."""
    expects = False
    """Whether it is an expectation."""

    @property
    def file(self) -> ScenarioFile:
        """The file that it stands in."""
        assert isinstance(self.parent, ScenarioFile)
        return self.parent

    def runtest(self) -> None:
        """Fail where the check found a difference, a broken expectation, or cannot judge."""
        found = self.file.found()
        if found.unjudged:
            raise CheckFailedError(f"cannot judge: {found.unjudged}")
        if self.expects:
            told = found.promises.get(self.line)
            if told is None:
                raise CheckFailedError("cannot judge: ringfence check does not tell of it")
            if told["state"] != "kept":
                words = f"{told['strategy']}: {told['expectation']}"
                raise CheckFailedError(f"{words}  {told['state'].upper()} ({told['found']})")
            return
        item = found.items.get(self.name)
        if item is None:
            raise CheckFailedError("cannot judge: ringfence check does not tell of it")
        if item["state"] != "ok":
            head = f"{item['name']}  {item['state'].upper()} ({item['summary']})"
            hint = f'accept with: ringfence check --accept {self.path.name} --reason "…"'
            details = [f"    {line}" for line in item["details"]]
            raise CheckFailedError("\n".join((head, *details, hint)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, CheckFailedError):
            return f"{self._place()}  {excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it is written, from 0, and its name."""
        return self.path, self.line - 1, self.name

    def _place(self) -> str:
        path = self.path
        root = self.config.rootpath
        return f"{path.relative_to(root) if path.is_relative_to(root) else path}:{self.line}"


def _listed(path: Path) -> Iterator[tuple[str, int, bool]]:
    """Name, line and slowness of what stands in a file; nothing where it cannot be read.

    Strategies of a file that it extends stand at the line of ``extends``.
    """
    tree, below, seen = _tree(path), path, set[str]()
    extends = _line(tree, "extends") if "extends" in tree else 1
    yield from _expected(tree)
    for depth in range(_MAX_EXTENDS):
        strategies = tree.get("strategies")
        for name in strategies if isinstance(strategies, dict) else ():
            if str(name) not in seen:
                seen.add(str(name))
                yield str(name), _line(strategies, name) if depth == 0 else extends, False
        if not isinstance(tree.get("extends"), str):
            return
        below = below.parent / tree["extends"]
        tree = _tree(below)


def _expected(tree: Any) -> Iterator[tuple[str, int, bool]]:
    check = tree.get("check")
    listed = check.get("expect") if isinstance(check, dict) else None
    for i, entry in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(entry, dict):
            of = entry.get("metric") or f"violations of {entry.get('violations')}"
            name = f"expect {i + 1}: {of} of {entry.get('strategy')}"
            yield name, entry.lc.line + 1, "over" in entry  # type: ignore[attr-defined]


def _line(mapping: Any, key: Any) -> int:
    return int(mapping.lc.key(key)[0]) + 1


def _tree(path: Path) -> Any:
    """A YAML file with the places of its keys; empty where it cannot be read."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        tree = YAML(typ="rt").load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError):
        return {}
    return tree if isinstance(tree, dict) else {}


def _check(path: Path, root: Path, slow: bool) -> _Found:
    """Run ``ringfence check`` on a file."""
    options = [] if slow else ["--without-draws"]
    done = _ringfence(["check", "--format", "json", *options, str(path)], root)
    try:
        told = json.loads(done.stdout)
    except json.JSONDecodeError:
        why = done.stderr.strip() or f"ringfence check ended with {done.returncode}"
        return _Found({}, {}, why)
    return _Found(
        {item["name"]: item for item in told["items"]},
        {one["line"]: one for one in told["expectations"]},
        "; ".join(told["unjudged"].values()),
    )


def _ringfence(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the console command where nobody else's packages stand before ours."""
    return subprocess.run(
        [sys.executable, "-I", "-c", _START, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


# ── The fixture ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Ran:
    """A run directory."""

    path: Path
    """The folder."""
    metrics: Mapping[str, Mapping[str, Any]]
    """By strategy and metric."""

    def table(self, name: str) -> list[dict[str, Any]]:
        """The rows of a table, such as ``timeline``."""
        import pyarrow.parquet as parquet

        rows: list[dict[str, Any]] = parquet.read_table(self.path / f"{name}.parquet").to_pylist()
        return rows


@pytest.fixture(scope="session")
def ringfence_run(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[..., Ran]:
    """Run a scenario file: ``ringfence_run("scenarios/spring.yaml", "--scale", "10%")``."""
    root = request.config.rootpath
    made: dict[tuple[str, ...], Ran] = {}

    def run(file: str | Path, *options: str) -> Ran:
        key = (str(file), *options)
        if key not in made:
            out = tmp_path_factory.mktemp("ringfence") / "run"
            done = _ringfence(["run", str(file), "--out", str(out), *options], root)
            if done.returncode:
                raise CheckFailedError(done.stderr.strip() or f"it ended with {done.returncode}")
            content = json.loads((out / "metrics.json").read_text("utf-8"))
            metrics: dict[str, dict[str, Any]] = {}
            for name, value in content.items():
                strategy, _, metric = name.rpartition(".")
                metrics.setdefault(strategy, {})[metric] = value
            made[key] = Ran(out, metrics)
        return made[key]

    return run
