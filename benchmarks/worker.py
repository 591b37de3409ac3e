"""One measurement in a process of its own: ``python -m benchmarks.worker JOB ARGUMENTS``.

Prints the sample as one line of JSON. A job is a module of :mod:`benchmarks.jobs` with a function
``measure``; the arguments are a JSON object. A process a contender, so that each one's peak memory
is its own and none warms another's caches. All take memory as ``ringfence run`` does
(:mod:`sim.heap`).
"""

from __future__ import annotations

import json
import sys
from importlib import import_module

from sim.heap import ask_for_small_pages, keep_what_is_freed


def main(job: str, arguments: str) -> None:
    """Take one measurement."""
    ask_for_small_pages()  # before numpy is imported
    keep_what_is_freed()
    sample = import_module(f"benchmarks.jobs.{job}").measure(**json.loads(arguments))
    print(sample.to_json())


if __name__ == "__main__":
    main(*sys.argv[1:])
