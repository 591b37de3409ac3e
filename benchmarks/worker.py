"""One measurement in a process of its own: ``python -m benchmarks.worker JOB ARGUMENTS``.

Prints the sample as one line of JSON. A job is a module of :mod:`benchmarks.jobs` with a function
``measure``; the arguments are a JSON object. A process a contender, so that each one's peak memory
is its own and none warms another's caches.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module

from benchmarks.sample import Sample


def main(job: str, arguments: str) -> None:
    """Take one measurement."""
    sample: Sample = import_module(f"benchmarks.jobs.{job}").measure(**json.loads(arguments))
    print(sample.to_json())


if __name__ == "__main__":
    main(*sys.argv[1:])
