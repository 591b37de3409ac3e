"""The dashboard on a run of twelve million calls: how soon it answers, to one and to twenty."""

from __future__ import annotations

import http.client
import json
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from rich.table import Table

from benchmarks.files import ROOT
from benchmarks.sizes import Sizes
from benchmarks.table import reached, table

STRATEGIES: Final = ("as-run", "three-attempts")
"""Of france-2017: twelve million calls at full size."""
RUN: Final = "big"
CLIENTS: Final = 20
FIRST_S, FILTER_S, ROWS_S, SERVER_MB = 2.0, 0.4, 0.1, 250.0
"""What is to be reached: s, s, s, 10**6 bytes."""
VISITS: Final = 6
"""Of each of the clients at once: a page with its charts, a filter, a page of rows."""
FILTERS: Final = (
    "strategy=as-run",
    "strategy=three-attempts&disposition=human",
    "zone=Europe%2FParis&disposition=machine",
    "disposition=no_answer",
)


NARROWED: Final = ("strategy=three-attempts", "part=calls&territory=reunion", "day=2017-04-20")
"""Of the run: a filter with all charts that it draws anew."""
ROWS: Final = 11
"""Places at which a page of rows is asked for, over the whole log."""
CALLS: Final = f"/run/{RUN}/calls"


@dataclass
class Server:
    """A dashboard in a process of its own."""

    process: subprocess.Popen[str]
    host: str
    cookie: str

    @property
    def peak_mb(self) -> float:
        """Most memory that it has held, 10**6 bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(found[1]) * 1024 / 1e6 if found else float("nan")


@contextmanager
def serving(store: Path) -> Iterator[Server]:
    """Start a server; it ends with the block."""
    command = [sys.executable, "-m", "sim", "dashboard", str(store), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        address = ""
        for line in process.stdout:
            if found := re.search(r"http://\S+", line):
                address = found[0]
                break
        parts = urlsplit(address)
        talk = http.client.HTTPConnection(parts.netloc)
        talk.request("GET", f"/?{parts.query}")
        answer = talk.getresponse()
        answer.read()
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        yield Server(process, parts.netloc, cookie)
    finally:
        process.terminate()
        process.wait()


@dataclass
class Client:
    """A reader with a connection of their own, who asks what a browser asks."""

    server: Server
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._line = http.client.HTTPConnection(self.server.host, timeout=120)

    def post(self, output: str, outputs: Any, inputs: list[Any], state: list[Any]) -> Any:
        """A callback's answer."""
        body = {
            "output": output,
            "outputs": outputs,
            "inputs": inputs,
            "state": state,
            "changedPropIds": [],
        }
        headers = {
            "Content-Type": "application/json",
            "Origin": f"http://{self.server.host}",
            "Cookie": self.server.cookie,
        }
        self._line.request("POST", "/_dash-update-component", json.dumps(body), headers)
        answer = self._line.getresponse()
        text = answer.read().decode()
        if answer.status != 200 or "internal error" in text or "cannot be shown" in text:
            self.failed.append(f"{output}: {answer.status} {text[:200]}")
            return None
        return json.loads(text) if text else None

    def page(self, address: str) -> Any:
        """The page of an address, without its charts."""
        path, _, search = address.partition("?")
        found = self.post(
            "main.children",
            {"id": "main", "property": "children"},
            [
                {"id": "url", "property": "pathname", "value": path},
                {"id": "url", "property": "search", "value": f"?{search}" if search else ""},
            ],
            [],
        )
        return found["response"]["main"]["children"]

    def chart(self, figure: str, address: str) -> Any:
        """A chart of a run."""
        slot = {"part": "slot", "figure": figure}
        wanted = {"part": "wanted", "figure": figure}
        return self.post(
            '{"figure":["MATCH"],"part":"slot"}.children',
            {"id": slot, "property": "children"},
            [{"id": wanted, "property": "data", "value": address}],
            [{"id": wanted, "property": "id", "value": wanted}],
        )

    def whole(self, address: str) -> None:
        """A page and every chart that it has."""
        for figure in figures(self.page(address)):
            self.chart(figure, address)

    def rows(self, address: str, first: int) -> Any:
        """A page of rows."""
        grid = {"part": "grid", "of": address}
        asked = {"startRow": first, "endRow": first + 100}
        return self.post(
            '{"of":["MATCH"],"part":"grid"}.getRowsResponse',
            {"id": grid, "property": "getRowsResponse"},
            [{"id": grid, "property": "getRowsRequest", "value": asked}],
            [{"id": grid, "property": "id", "value": grid}],
        )


def figures(node: Any) -> list[str]:
    """Charts that a page has room for."""
    if isinstance(node, list):
        return [one for part in node for one in figures(part)]
    if not isinstance(node, dict):
        return []
    mark = node.get("id")
    if isinstance(mark, dict) and mark.get("part") == "slot":
        return [mark["figure"]]
    return [one for part in node.values() for one in figures(part)]


def timed(work: Callable[..., Any], *arguments: Any) -> float:
    """How long something takes, s."""
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


def dashboard(size: Sizes) -> Table:
    """The dashboard on a run of twelve million calls."""
    with tempfile.TemporaryDirectory(prefix="ringfence-bench-") as folder:
        store = Path(folder)
        command = [sys.executable, "-m", "sim", "run", str(ROOT / "scenarios" / "france-2017.yaml")]
        command += [part for name in STRATEGIES for part in ("--strategy", name)]
        command += ["--scale", size.scale, "--calls", "--out", str(store / RUN)]
        subprocess.run(command, capture_output=True, check=True)
        return measured(store, size)


def measured(store: Path, size: Sizes) -> Table:
    """The dashboard on a store with such a run."""
    with serving(store) as server:
        one = Client(server)
        one.page("/")
        first = timed(one.whole, f"/run/{RUN}")
        counted = timed(one.page, CALLS)
        filters = [timed(one.page, f"{CALLS}?{at}") for at in FILTERS]
        filters += [timed(one.whole, f"/run/{RUN}?{at}") for at in NARROWED]
        (told,) = one.rows(CALLS, 0)["response"].values()
        count = int(told["getRowsResponse"]["rowCount"])
        rows = [timed(one.rows, CALLS, at * count // ROWS) for at in range(ROWS)]
        alone = server.peak_mb
        began = time.perf_counter()
        visits, failed = together(server, count)
        seconds, peak = time.perf_counter() - began, server.peak_mb
        failed += len(one.failed)
    out = table(
        f"7. The dashboard on a run of {count:,} calls, asked as a browser asks it",
        "what", "median", "slowest", "limits",
    )  # fmt: skip
    for what, times, most in (
        ("first view: words and charts in sight, server just begun", [first], FIRST_S),
        ("every call, first time: all are counted", [counted], FIRST_S),
        ("a filter", filters, FILTER_S),
        (f"a page of 100 rows, at {ROWS} places", rows, ROWS_S),
    ):
        slowest = max(times)
        limit = reached(f"{most:g} s", slowest < most, size)
        out.add_row(what, f"{statistics.median(times):.3f} s", f"{slowest:.3f} s", limit)
    out.add_row(
        f"{CLIENTS} clients at once: {len(visits)} requests in {seconds:.0f} s",
        f"{statistics.median(visits):.2f} s",
        f"{max(visits):.2f} s",
        reached(f"no error ({failed})", not failed, size),
    )
    out.add_row(
        "the server's memory, one client; then all of them",
        f"{alone:.0f} MB",
        f"{peak:.0f} MB",
        reached(f"{SERVER_MB:g} MB", peak < SERVER_MB, size),
    )
    return out


def together(server: Server, count: int) -> tuple[list[float], int]:
    """Many clients at once: how long each of their requests took, s, and how many failed."""
    clients = [Client(server) for _ in range(CLIENTS)]
    times: list[float] = []

    def visit(client: Client, number: int) -> None:
        for turn in range(VISITS):
            at = number * VISITS + turn
            parts = ("reach", "calls", "law")
            page = f"/run/{RUN}?part={parts[at % len(parts)]}"
            times.append(timed(client.whole, page))
            times.append(timed(client.page, f"{CALLS}?{FILTERS[at % len(FILTERS)]}"))
            times.append(timed(client.rows, CALLS, at * count // (CLIENTS * VISITS)))

    threads = [threading.Thread(target=visit, args=(one, at)) for at, one in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, sum(len(client.failed) for client in clients)
