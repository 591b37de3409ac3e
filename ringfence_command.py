"""What the console script ``ringfence`` starts: makes sure that ``sim`` is ours, then opens it.

It bears a name of its own, so that it is found even where a package of another project called
``sim`` stands before ours on the path; that one is told, not run.
"""

from __future__ import annotations

import gc
import os
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # nothing is imported before signals are watched
    from pathlib import Path
    from typing import NoReturn

BAD_INPUT = 2
INTERNAL = 70
INTERRUPTED = 130
FIRST = (500_000, 20, 20)
"""When Python looks for garbage first: start-up and a run make 10⁵ objects that stay, and each look
at them in vain takes time; 4 % of a short command's. Arrays are freed when they are let go of, as
ever."""
SELDOM = (50_000, 20, 20)
"""How seldom it looks from then on."""


def main() -> NoReturn:
    """Run the console command and exit with its code."""
    gc.set_threshold(*FIRST)
    gc.callbacks.append(_looked)
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)
    from pathlib import Path

    try:
        if foreign := _foreign(Path(__file__).resolve().parent / "sim"):
            sys.stderr.write(f"Error: {foreign}\n")
            sys.exit(BAD_INPUT)
        from sim.interrupts import watch

        watch()
        from sim.cli import main as command
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:  # never Python's exit code 1, which means a finding
        name = type(error).__name__
        sys.stderr.write(
            f"internal error: Ringfence cannot start: {error} ({name}). Install it again\n"
        )
        sys.exit(INTERNAL)
    command()


def _looked(phase: str, _told: object) -> None:
    """Once garbage has been looked for, it is looked for seldom, and no longer hardly ever."""
    if phase == "stop":
        gc.callbacks.remove(_looked)
        gc.set_threshold(*SELDOM)


def _stop(_number: int, _frame: object) -> None:
    """End at once: nothing was begun."""
    os.write(2, b"interrupted: nothing was left half-written\n")
    os._exit(INTERRUPTED)


def _foreign(ours: Path) -> str:
    """What is wrong with the package ``sim`` that would be imported; empty where it is ours."""
    from importlib.util import find_spec
    from pathlib import Path

    spec = find_spec("sim")
    places = [] if spec is None else [*(spec.submodule_search_locations or ()), spec.origin or ""]
    found = [place for place in places if place]
    if any(Path(place).resolve() == ours for place in found):
        return ""
    if not found:
        return f"Ringfence's package 'sim' is not in {ours.parent}; install Ringfence again"
    return (
        f"{found[0]} stands before Ringfence's own package 'sim'; start the command in another "
        "folder, or take that one off PYTHONPATH"
    )
