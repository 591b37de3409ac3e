"""``python -m benchmarks``: measure everything in one run and print tables.

Every contender runs in a process of its own, after a warm-up that is not counted. Times are medians
over repeats; the spread is the slowest repeat less the fastest, as a share of the median. Peak
memory is the process's, interpreter and libraries included. Limits are said to be reached or not;
nothing fails for being slow. The exit code is 1 if two simulators did different work.
"""

from __future__ import annotations

import argparse
import sys
import time

from rich.console import Console

from benchmarks import against, dashboard, machine, sections
from benchmarks.sizes import sizes

_WIDTH = 140
"""Columns of a page that is not a terminal."""


def repeats(text: str) -> int:
    """A number of repeats, at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least one repeat is needed")
    return number


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure speed.")
    parser.add_argument("--quick", action="store_true", help="smaller sizes, less than 40 s")
    parser.add_argument("--repeat", type=repeats, metavar="N", help="repeats; what is slow: fewer")
    parser.add_argument(
        "--against", metavar="REV", help="measure this tree and a revision of git in turn instead"
    )
    options = parser.parse_args()
    size = sizes(quick=options.quick, repeats=options.repeat)
    page = Console(width=None if sys.stdout.isatty() else _WIDTH)
    began = time.perf_counter()

    for name, value in machine.facts().items():
        page.print(f"{name:<10} {value}", highlight=False)
    if options.against is not None:
        page.print(
            against.compare(
                options.against,
                lines=size.lines,
                scale=size.scale,
                repeats=size.repeats,
                full=size.full,
            )
        )
        page.print(f"Took {time.perf_counter() - began:.0f} s.")
        return 0
    page.print(
        f"\nMedians of {size.repeats} repeats, of {size.slow_repeats} or fewer where one takes "
        "seconds. Each contender in a process of its own; warm-up excluded.\n"
    )
    page.print(sections.engine(size))
    page.print(sections.feedback(size))
    page.print(sections.reference(size))
    rivals, same = sections.rivals(size)
    page.print(rivals)
    for found in sections.parts(size):
        page.print(found)
    page.print(sections.prompt_to_prompt(size))
    page.print(dashboard.dashboard(size))
    page.print(f"Took {time.perf_counter() - began:.0f} s.")
    if not same:
        page.print("The simulators did not do the same work: their speeds cannot be compared.")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
