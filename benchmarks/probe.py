"""The engine of one tree, run whenever a line comes in: ``python -P probe.py TREE CASE``.

Stands alone, for the tree may be of another time: it imports nothing but what every revision since
the first benchmark has. Prints the calls of a warm-up, and then for each line read the CPU and
wall-clock seconds of one run, as JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from typing import Any


def _tally() -> Any:
    """The tally of the tree, wherever it stands there."""
    for place in ("sim.measure.tally", "sim.results.tally"):
        try:
            return importlib.import_module(place).Tally
        except ModuleNotFoundError:
            continue
    raise SystemExit("this revision has no tally that is known here")


def _take_memory() -> None:
    """As the command of the tree does, where it says how."""
    try:
        heap = importlib.import_module("sim.heap")
    except ModuleNotFoundError:
        return
    heap.ask_for_small_pages()  # before numpy is imported
    heap.keep_what_is_freed()


def _ignore(_chunk: object) -> None:
    """Take rows of the log and forget them."""


def main(tree: str, case: str) -> None:
    """Run a case (lines, strategy, sets, tally) as often as lines come in."""
    sys.path.insert(0, tree)
    os.chdir(tree)
    _take_memory()
    asked = json.loads(case)
    plans = importlib.import_module("benchmarks.plans")
    run = importlib.import_module("sim.engine.fast").run
    tally = _tally() if asked["tally"] else None
    plan = plans.france_plan(asked["lines"], asked["strategy"], asked["sets"])

    def once() -> int:
        calls: int = run(plan, tally(plan).add if tally else _ignore).calls
        return calls

    print(json.dumps({"calls": once()}), flush=True)
    for _ in sys.stdin:
        cpu, wall = time.process_time(), time.perf_counter()
        once()
        took = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
        print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
