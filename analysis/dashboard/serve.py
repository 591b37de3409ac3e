"""The dashboard's server: one process on this machine, many threads, until it is stopped."""

from __future__ import annotations

import importlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from analysis.dashboard.heap import keep_small
from sim.errors import OptionError, OutputError, RunDirectoryError
from sim.store.manifest import MANIFEST

if TYPE_CHECKING:
    from werkzeug.serving import BaseWSGIServer

LOOPBACK = ("127.0.0.1", "::1", "localhost")
ANYWHERE = ("0.0.0.0", "::")
PORT = 8050
WANTED: Final = ("sim.scenario.load", "holidays", "pyarrow.parquet", "pyarrow.compute")
"""Modules that any page of a run takes half a second to load."""


@dataclass(frozen=True)
class Served:
    """A server that listens."""

    address: str
    """What a reader opens, token included."""
    run: Callable[[], None]
    """Answers until :attr:`stop` is called, or Ctrl-C."""
    stop: Callable[[], None]


def serve(store: Path, *, host: str = "127.0.0.1", port: int = PORT) -> Served:
    """Open the dashboard of a store; it listens when this returns.

    Parameters
    ----------
    store
        A folder of runs and studies.
    host
        Address to listen at; one that other machines reach must be one of this machine's own.
    port
        0 for any that is free.

    Raises
    ------
    RunDirectoryError
        If the store is no folder of runs.
    OptionError
        If the address would not tell whom it is for.
    OutputError
        If nothing can listen there.
    """
    _hold_store(store)
    keep_small()
    if host in ANYWHERE:
        raise OptionError(
            f"--host {host} is every address of this machine", remedy="name the one that is meant"
        )
    token = secrets.token_urlsafe(24)
    listening = _listening(host, port)
    name = f"[{host}]" if ":" in host else host
    from analysis.dashboard.app import dashboard_of
    from analysis.dashboard.guard import TOKEN, guard_of

    found = dashboard_of(store, guard_of(host, listening.port, token))
    listening.app = found.server

    def stop() -> None:
        found.runner.cancel()
        listening.shutdown()

    threading.Thread(target=_warm, daemon=True).start()
    return Served(
        address=f"http://{name}:{listening.port}/?{TOKEN}={token}",
        run=listening.serve_forever,
        stop=stop,
    )


def _warm() -> None:
    """Load what the first page will want, while the reader opens it."""
    for name in WANTED:
        importlib.import_module(name)


def _hold_store(store: Path) -> None:
    """See that a folder may hold runs."""
    if not store.is_dir():
        what = "is a file, not a folder of runs" if store.exists() else "does not exist"
        raise RunDirectoryError(f"{store} {what}", remedy="name the folder that runs are in")
    if (store / MANIFEST).is_file():
        raise RunDirectoryError(
            f"{store} is a run itself",
            remedy=f"name the folder that it is in: {store.resolve().parent}",
        )


def _listening(host: str, port: int) -> BaseWSGIServer:
    """A socket that listens; what answers comes later.

    The socket is bound here, so that a port in use is told in a line; werkzeug would end the
    process by itself.
    """
    import socket

    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        """Answers without a word on the terminal: addresses hold the token."""

        protocol_version = "HTTP/1.1"

        def log(self, type: str, message: str, *args: object) -> None:
            """Say nothing."""

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, port))
            bound.listen(128)
        except OSError as error:
            remedy = "name another with --port, or 0 for any" if error.errno == 98 else ""
            raise OutputError(
                f"cannot listen at {host}:{port}: {(error.strerror or str(error)).lower()}",
                remedy=remedy,
            ) from error
        found = make_server(
            host,
            bound.getsockname()[1],
            lambda _environ, _start: [],
            threaded=True,
            request_handler=Quiet,
            fd=bound.fileno(),
        )
    return found
