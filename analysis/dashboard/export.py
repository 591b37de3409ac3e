"""What can be taken along: tables as CSV and Parquet, the report, the scenario."""

from __future__ import annotations

import io
from pathlib import Path
from urllib.parse import quote

from flask import Flask, Response, request, send_file

from analysis.dashboard.pages.run import drawn
from analysis.dashboard.place import place_of
from analysis.dashboard.shelf import Shelf
from analysis.dashboard.widgets import numbers_html
from sim.errors import RingfenceError
from sim.store.columns import TABLES
from sim.store.experiment import table_of
from sim.store.manifest import REPORT, SCENARIO
from sim.store.verify import hold

BATCH = 1 << 16
"""Rows that are turned into CSV at once."""


def add_exports(server: Flask, shelf: Shelf) -> None:
    """Let a server give away tables and files of the store, each held against its digest first."""

    @server.errorhandler(RingfenceError)
    def refused(error: RingfenceError) -> Response:
        told = error.lines()[0].removeprefix("Error: ")
        return Response(told + "\n", 404, mimetype="text/plain")

    @server.get("/export/run/<name>/report.html")
    def report(name: str) -> Response:
        from analysis.report import report_html

        page = Response(report_html(shelf.view(name)), mimetype="text/html")
        page.headers["X-Ringfence-Page"] = REPORT
        return page

    @server.get("/export/run/<name>/scenario.yaml")
    def scenario(name: str) -> Response:
        run = shelf.run(name)
        file = hold(run.path, SCENARIO, run.manifest["files"][SCENARIO])
        return Response(file.read_bytes(), mimetype="text/plain")

    @server.get("/numbers/<name>/<figure>")
    def numbers(name: str, figure: str) -> Response:
        place = place_of(f"/run/{quote(name, safe='')}", request.query_string.decode())
        return Response(numbers_html(drawn(figure, place, shelf)), mimetype="text/html")

    @server.get("/export/<any(sweep, plan):kind>/<name>/points.<any(csv, parquet):form>")
    def points(kind: str, name: str, form: str) -> Response:
        import pyarrow.csv
        import pyarrow.parquet as pq

        written, file = table_of(shelf.experiment(name)), io.BytesIO()
        if form == "csv":
            pyarrow.csv.write_csv(written, file)
        else:
            pq.write_table(written, file)
        file.seek(0)
        return send_file(file, as_attachment=True, download_name=f"{name}-points.{form}")

    @server.get("/export/<any(run, study):kind>/<name>/<table>.parquet")
    def parquet(kind: str, name: str, table: str) -> Response:
        return _sent(_file(shelf, kind, name, table), f"{table}.parquet")

    @server.get("/export/<any(run, study):kind>/<name>/<table>.csv")
    def csv(kind: str, name: str, table: str) -> Response:
        import pyarrow.csv
        import pyarrow.parquet as pq

        def lines(file: Path) -> object:
            with pq.ParquetFile(file) as stored:
                for at, batch in enumerate(stored.iter_batches(BATCH)):
                    text = io.BytesIO()
                    told = pyarrow.csv.WriteOptions(include_header=at == 0)
                    pyarrow.csv.write_csv(batch, text, told)
                    yield text.getvalue()

        file = _file(shelf, kind, name, table)
        answer = Response(lines(file), mimetype="text/csv")  # type: ignore[arg-type]
        answer.headers["Content-Disposition"] = f"attachment; filename={table}.csv"
        return answer


def _file(shelf: Shelf, kind: str, name: str, table: str) -> Path:
    """The file of a table, held against its digest."""
    stored = shelf.run(name) if kind == "run" else shelf.study(name)
    file = TABLES[table].file if kind == "run" and table in TABLES else f"{table}.parquet"
    if file not in stored.manifest["files"]:
        from sim.errors import RunDirectoryError

        raise RunDirectoryError(f"{name} has no table {table[:80]!r}")
    return hold(stored.path, file, stored.manifest["files"][file])


def _sent(file: Path, name: str) -> Response:
    return send_file(file.resolve(), as_attachment=True, download_name=name)
