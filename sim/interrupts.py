"""Being stopped from outside: by Ctrl-C, by SIGTERM, by a terminal that closes.

The console command ends at once, whatever it is doing, and takes with it the processes that work
for it and what was half written.
No exception is raised: one that comes out of an import, or of a library's own handler, would not
end cleanly. A library that imports ``sim`` keeps its own handlers.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from types import FrameType

INTERRUPTED = 130
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_TOLD = b"interrupted: nothing was left half-written\n"
_SHOW_CURSOR = b"\x1b[?25h"


def watch() -> None:
    """From now on a signal to stop ends this process with exit code 130, and leaves nothing.

    One that is ignored, as by ``nohup``, stays so.
    """
    for name in _SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)
    atexit.register(_ignore)


def _ignore() -> None:
    """From now on a signal to stop changes nothing.

    When Python ends it gives every signal its own meaning back, which is to end at once with no
    code of ours, though all is done and only the interpreter is left to be taken down.
    """
    for name in _SIGNALS:
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, signal.SIG_IGN)


def _stop(_number: int, _frame: FrameType | None) -> None:
    """Remove what is half written, say so, and end. Another signal meanwhile changes nothing."""
    _ignore()
    try:
        # Where one was never imported, or not to its end, nothing was begun; and a handler imports
        # nothing. Those who work for us end first, so that they write nothing more.
        for module, name in (("sim.children", "kill_living"), ("sim.partial", "remove_living")):
            clear = getattr(sys.modules.get(module), name, None)
            if clear is not None:
                clear()
        os.write(2, (_SHOW_CURSOR if os.isatty(2) else b"") + _TOLD)
    finally:
        os._exit(INTERRUPTED)
