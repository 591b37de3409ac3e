"""A process that knows the program by heart and forks a copy of itself for each command.

So a command begins at once, and can be ended at any of its own moments: after so many seconds, or
just before its n-th touch of a file. One order a line comes in on standard input as JSON, one
answer a line goes out. Run as ``python -m tests.fuzz.forks``.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
import warnings
from pathlib import Path
from typing import Any, NoReturn

TOUCHES = frozenset({"open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir"})
"""What Python tells of files that are touched, before they are."""


def main() -> None:
    """Answer orders until there are no more."""
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        order = json.loads(line)
        answer = _warm(order) if order.get("warm") else _ended(order)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _warm(order: dict[str, Any]) -> dict[str, Any]:
    """Give the command in this very process, so that its forks need load nothing."""
    out, err = _say_into(order)
    os.chdir(order["cwd"])
    code = _command(order["arguments"])
    sys.stdout.flush()
    os.dup2(out, 1)
    os.dup2(err, 2)
    return {"code": code, "said": Path(order["said"]).read_text("utf-8", "replace")}


def _say_into(order: dict[str, Any]) -> tuple[int, int]:
    """Send what is said from now on into the order's file; the streams of before."""
    before = os.dup(1), os.dup(2)
    said = os.open(order["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.close(said)
    return before


def _command(arguments: list[str]) -> int:
    from sim import cli

    streams, sys.argv = (sys.stdout, sys.stderr), ["ringfence", *arguments]
    try:
        cli.main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    finally:
        sys.stdout.flush()
        sys.stdout, sys.stderr = streams


def _ended(order: dict[str, Any]) -> dict[str, Any]:
    """Give the command in a fork, and end it."""
    reads, writes = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if not child:
        os.close(reads)
        _child(order, writes)
    os.close(writes)
    if (after := order.get("after")) is not None:
        done, _, _ = select.select([reads], [], [], after)
        if not done:
            os.kill(child, order["signal"])
    told = b""
    while more := os.read(reads, 64):
        told += more
    os.close(reads)
    _, status = os.waitpid(child, 0)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "touches": int(told or b"0"),
        "seconds": time.monotonic() - began,
        "said": Path(order["said"]).read_text("utf-8", "replace"),
        "pid": child,
    }


def _child(order: dict[str, Any], writes: int) -> NoReturn:
    """The command, to its end or to the touch at which it ends itself."""
    from sim.interrupts import watch

    _say_into(order)
    os.chdir(order["cwd"])
    watch()
    touches, at, here = 0, order.get("touch"), order["cwd"]

    def touched(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal touches
        if event in TOUCHES and isinstance(arguments[0], (str, bytes)):
            path = os.path.abspath(os.fsdecode(arguments[0]))
            if path.startswith(here):
                if touches == at:
                    os.kill(os.getpid(), order["signal"])
                touches += 1

    sys.addaudithook(touched)
    code = _command(order["arguments"])
    os.write(writes, str(touches).encode())
    os._exit(code)


if __name__ == "__main__":
    main()
