"""This tree and another revision, in turn: ``python -m benchmarks --against REV``.

A machine drifts, has other work, and changes its clock. So the two are never measured one after the
other: each run of one is followed by a run of the other, and what is told is the median of the
ratios of such pairs, of CPU time and of wall-clock time. Where the model has moved between the two,
they make other numbers of calls: the engine's times are of a call, and both numbers are told.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from rich.table import Table

from benchmarks.files import ROOT
from benchmarks.sizes import LIVELY, QUIET, REDIAL
from benchmarks.table import table

_PROBE = ROOT / "benchmarks" / "probe.py"
_COMMAND = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from sim.cli import main; sys.exit(main())"
)

_MORE = 3
"""Times as many pairs where a ratio of two that differ by little is told."""


class Cost(NamedTuple):
    """What one run took."""

    cpu: float
    """s"""
    wall: float
    """s"""
    peak_mb: float = 0.0
    """Most memory, 10**6 bytes; 0 where it was not looked at."""

    def each(self, calls: int) -> Cost:
        """What one of so many calls took."""
        return Cost(self.cpu / calls, self.wall / calls, self.peak_mb)


Pair = tuple[list[Cost], list[Cost]]
"""Runs of the other revision and of this tree, in turn."""


@contextmanager
def revision(name: str) -> Iterator[Path]:
    """The sources of a revision, in a worktree of their own for as long as the block lasts.

    Raises
    ------
    RuntimeError
        If git does not know the revision.
    """
    with tempfile.TemporaryDirectory(prefix="ringfence-against-") as folder:
        tree = Path(folder) / "tree"
        made = _git("worktree", "add", "--detach", str(tree), name)
        if made.returncode:
            raise RuntimeError(f"no tree of {name}: {made.stderr.strip()}")
        try:
            yield tree
        finally:
            _git("worktree", "remove", "--force", str(tree))


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


# ── The engine ───────────────────────────────────────────────────────────────────────────────────


class _Probe:
    """A process that runs one case of one tree when asked."""

    def __init__(self, tree: Path, case: dict[str, Any]) -> None:
        command = [sys.executable, "-P", str(_PROBE), str(tree), json.dumps(case)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.calls: int = self._answer()["calls"]

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("a probe has ended; what it said stands above")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def run(self) -> Cost:
        """One run."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return Cost(**self._answer())

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def _engine(
    trees: Sequence[Path], cases: Sequence[dict[str, Any]], repeats: int
) -> list[tuple[tuple[int, int], Pair]]:
    """By case: its calls in both trees, and what one of them took in each run, all in turn."""
    probes = [[_Probe(tree, case) for tree in trees] for case in cases]
    found: list[tuple[tuple[int, int], Pair]] = [((p.calls, q.calls), ([], [])) for p, q in probes]
    try:
        for _ in range(repeats):
            for of_case, (_calls, runs) in zip(probes, found, strict=True):
                for taken, probe in zip(runs, of_case, strict=True):
                    taken.append(probe.run().each(probe.calls))
        return found
    finally:
        for probe in itertools.chain.from_iterable(probes):
            probe.close()


# ── The command ──────────────────────────────────────────────────────────────────────────────────


def _command(tree: Path, arguments: Sequence[str], out: Path | None) -> Cost:
    """One run of the console command of a tree, from prompt to prompt."""
    given = [*arguments, *(("--out", str(out)) if out is not None else ())]
    command = [sys.executable, "-P", "-c", _COMMAND, str(tree), *given]
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=said, stderr=said, cwd=tree)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"ringfence {arguments[0]} failed:\n{said.read().decode().strip()}")
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    return Cost(usage.ru_utime + usage.ru_stime, wall, peak)


def _commands(trees: Sequence[Path], arguments: Sequence[str], repeats: int) -> Pair:
    """Runs of a command in both trees, after one of each that is not counted."""
    runs: Pair = ([], [])
    with tempfile.TemporaryDirectory() as folder:
        for number in range(repeats + 1):
            for which, (taken, tree) in enumerate(zip(runs, trees, strict=True)):
                writes = arguments[0] == "run"
                out = Path(folder) / f"{number}-{which}" if writes else None
                taken.append(_command(tree, arguments, out))
    return runs[0][1:], runs[1][1:]


# ── The table ────────────────────────────────────────────────────────────────────────────────────


def ratio(runs: Pair, what: str) -> float:
    """Median over pairs of this tree's time divided by the other revision's."""
    return statistics.median(
        getattr(now, what) / getattr(before, what) for before, now in zip(*runs, strict=True)
    )


def _middle(costs: list[Cost], what: str) -> float:
    return statistics.median(getattr(cost, what) for cost in costs)


def compare(name: str, *, lines: int, scale: str, repeats: int, full: bool) -> Table:
    """Measure this tree and a revision in turn and tell the ratios.

    Parameters
    ----------
    name
        The revision, as git understands it.
    lines
        Lines of the list for the engine.
    scale
        Scale of the console command.
    repeats
        Pairs of each, but three times as many for what feedback costs; at least five for numbers
        that are quoted.
    full
        Whether all strategies are run from prompt to prompt, too.
    """
    out = table(
        f"This tree against {name}: {lines:,} lines, medians of {repeats} pairs, "
        f"{_MORE * repeats} for what feedback costs",
        "what", "unit", "before", "now", "CPU", "wall", "peak MB, calls",
    )  # fmt: skip
    off, on = "engine and tally, no feedback", "engine and tally, all feedback"
    cases: dict[str, dict[str, Any]] = {
        "engine, as-run, no feedback": {"sets": QUIET, "tally": False},
        off: {"sets": QUIET, "tally": True},
        on: {"sets": LIVELY, "tally": True},
        "engine and tally, feedback as shipped": {"sets": (), "tally": True},
        "engine, redial after 10 s": {"sets": (*QUIET, *REDIAL), "tally": False},
    }
    # What feedback costs is a ratio, too, and near 1: runs with and without it take turns, often.
    together = [(name,) for name in cases if name not in (off, on)]
    together.insert(1, (off, on))
    commands = {
        "one strategy, prompt to prompt": ("run", "--strategy", "as-run", "--scale", scale),
        **({"nine strategies, prompt to prompt": ("run", "--scale", scale)} if full else {}),
        "--help": ("--help",),
        "validate": ("validate",),
    }
    with revision(name) as other:
        trees = (other, ROOT)
        taken: dict[str, Pair] = {}
        for names in together:
            asked = [{"lines": lines, "strategy": "as-run", **cases[name]} for name in names]
            times = repeats if len(names) == 1 else _MORE * repeats
            for name, (calls, runs) in zip(names, _engine(trees, asked, times), strict=True):
                taken[name] = runs
                before, now = (_middle(costs, "cpu") * 1e9 for costs in runs)
                told = _calls_text(calls)
                out.add_row(
                    name, "CPU ns a call", f"{before:.0f}", f"{now:.0f}", *_ratios(runs), told
                )
        shares = [ratio(pair, "cpu") for pair in zip(taken[off], taken[on], strict=True)]
        out.add_row("all feedback on : off", "CPU", *(f"{share:.2f} ×" for share in shares))
        for what, arguments in commands.items():
            scenario = ("scenarios/france-2017.yaml",) if arguments[0] != "--help" else ()
            runs = _commands(trees, [arguments[0], *scenario, *arguments[1:]], repeats)
            before, now = (_middle(costs, "cpu") for costs in runs)
            peaks = " → ".join(f"{max(c.peak_mb for c in costs):,.0f}" for costs in runs)
            out.add_row(what, "CPU s", f"{before:.2f}", f"{now:.2f}", *_ratios(runs), peaks)
    return out


def _ratios(runs: Pair) -> tuple[str, str]:
    """Ratios of CPU and wall-clock time, as text."""
    return f"{ratio(runs, 'cpu'):.2f} ×", f"{ratio(runs, 'wall'):.2f} ×"


def _calls_text(calls: tuple[int, int]) -> str:
    """Calls of both, where they differ."""
    return "" if calls[0] == calls[1] else f"{calls[0]:,} → {calls[1]:,} calls"
