"""The process that runs what a reader asks for: warm between runs, ended where one is cancelled.

Reads requests from standard input, a line of JSON each, and writes what it does to standard output
likewise. The simulator compiles its kernels once in a process, so the second run starts at once.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be run."""

    scenario: str
    """File of the scenario."""
    sets: tuple[str, ...]
    """``PATH=VALUE``, as ``ringfence run --set`` takes them."""
    strategies: tuple[str, ...]
    scale: str
    """A fraction."""
    out: str
    """The run directory to make."""

    @property
    def text(self) -> str:
        """A line."""
        return json.dumps(asdict(self)) + "\n"


def answer(asked: Request, tell: Any) -> None:
    """Run what is asked, and tell how far it is."""
    from analysis.report import report_html
    from sim.jobs.run import Hooks, run_scenario
    from sim.jobs.simulate import Advance
    from sim.jobs.telling import by_strategy
    from sim.loading.load import load
    from sim.store.live import Live

    def advance(step: Advance) -> None:
        done = step.number - 1 + step.now_ms / max(step.cutoff_ms, 1)
        tell(state="running", share=min(1.0, done / step.of), strategy=step.strategy)

    tell(state="running", share=0.0, strategy="")
    loaded = load(Path(asked.scenario), asked.sets)
    with Live("dashboard", loaded.scenario.name) as live:
        found = run_scenario(
            loaded,
            strategies=asked.strategies,
            scale=Fraction(asked.scale),
            out=asked.out,
            hooks=Hooks(by_strategy(live, advance), begun=live.beside),
            report=report_html,
            argv=["ringfence", "dashboard"],
        )
    tell(state="done", share=1.0, run=found.path.name)


def main() -> None:
    """Answer requests until there are no more."""
    from sim.errors import RingfenceError
    from sim.interrupts import watch

    watch()

    def tell(**what: Any) -> None:
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()

    for line in sys.stdin:
        given = json.loads(line)
        asked = Request(
            given["scenario"],
            tuple(given["sets"]),
            tuple(given["strategies"]),
            given["scale"],
            given["out"],
        )
        try:
            answer(asked, tell)
        except RingfenceError as error:
            tell(state="failed", why=error.lines()[0].removeprefix("Error: "))
        except Exception as error:
            tell(state="failed", why=f"internal error: {type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
