"""*Run it*: one worker for the whole server; the newest request wins, and any may be cancelled."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from analysis.dashboard.worker import Request

IDLE: Final[Mapping[str, Any]] = {"state": "idle"}
PATIENCE_S: Final = 5.0
"""How long a cancelled run may take to clear away what it has begun, s."""


@dataclass
class Runner:
    """The worker and what it does. Several threads may ask."""

    _worker: subprocess.Popen[str] | None = None
    _told: Mapping[str, Any] = field(default_factory=lambda: IDLE)
    _of: str = ""
    """Whose request it does: the address that asked."""
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def run(self, asked: Request, of: str) -> None:
        """Run something now; what is running is cancelled."""
        with self._lock:
            if self._told["state"] == "running":
                self.cancel()
            worker = self._warm()
            self._told, self._of = {"state": "running", "share": 0.0}, of
            assert worker.stdin is not None
            worker.stdin.write(asked.text)
            worker.stdin.flush()

    def state(self, of: str) -> Mapping[str, Any]:
        """How far the request of an address is; ``idle`` where another one is done."""
        with self._lock:
            return self._told if of == self._of else IDLE

    def cancel(self) -> None:
        """End what is running; it leaves nothing behind."""
        with self._lock:
            worker, self._worker = self._worker, None
            self._told, self._of = IDLE, ""
        if worker is not None:
            worker.terminate()
            try:
                worker.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
            for pipe in (worker.stdin, worker.stdout):
                if pipe is not None:
                    pipe.close()

    def _warm(self) -> subprocess.Popen[str]:
        """The worker; a new one where there is none."""
        if self._worker is None or self._worker.poll() is not None:
            self._worker = subprocess.Popen(
                [sys.executable, "-P", "-m", "analysis.dashboard.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            threading.Thread(target=self._listen, args=(self._worker,), daemon=True).start()
        return self._worker

    def _listen(self, worker: subprocess.Popen[str]) -> None:
        """Take down what a worker tells, until it ends."""
        assert worker.stdout is not None
        try:
            for line in worker.stdout:
                with self._lock:
                    if worker is self._worker:
                        self._told = json.loads(line)
        except ValueError:  # its pipe was closed meanwhile
            return
        with self._lock:
            if worker is self._worker and self._told["state"] == "running":
                self._told = {"state": "failed", "why": "the run ended before it was done"}
