"""Samples of dialers' logs, with the rows that they mean, worked out by hand."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from click.testing import CliRunner, Result

from sim.cli import cli

DATA = Path(__file__).parent / "data"
SECRET = "5a" * 32
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Sample:
    """A sample, and what to say of it."""

    file: str
    how: tuple[str, ...]
    clock: str
    region: str
    more: tuple[str, ...] = ()


SAMPLES = {
    "vicidial": Sample(
        "vicidial_export",
        ("--from", "vicidial"),
        "America/New_York",
        "US",
        ("--setting", "survey_no_response_action=OPTIN", "--setting", "amd=yes"),
    ),
    "vicidial-log": Sample(
        "vicidial_log",
        ("--from", "vicidial-log"),
        "Europe/Paris",
        "FR",
        ("--setting", "survey_no_response_action=OPTIN"),
    ),
    "asterisk": Sample(
        "asterisk_master",
        ("--from", "asterisk"),
        "Europe/Paris",
        "FR",
        ("--encoding", "latin-1", "--setting", "opt_out_key=9"),
    ),
    "freeswitch": Sample("freeswitch_master", ("--from", "freeswitch"), "Europe/London", "GB"),
    "twilio": Sample("twilio_calls", ("--from", "twilio"), "UTC", "US"),
    "mapped": Sample("mapped_fr", ("--map", str(DATA / "mapped_fr.yaml")), "Europe/Paris", "FR"),
}


def key_file(folder: Path) -> Path:
    """A key that is always the same."""
    path = folder / "line.key"
    path.write_text(f"ringfence-line-key-1:{SECRET}\n")
    path.chmod(0o600)
    return path


def line_of(number: str) -> str:
    """What stands for a number: worked out here, not there."""
    return hmac.new(bytes.fromhex(SECRET), number.encode(), hashlib.sha256).hexdigest()[:32]


def ringfence(*arguments: object) -> Result:
    """A command, as a person gives it."""
    return CliRunner().invoke(cli, [str(each) for each in arguments])


def imported(sample: Sample, folder: Path, *more: object) -> Path:
    """A sample imported."""
    out = folder / "out"
    done = ringfence(
        "import", DATA / f"{sample.file}.csv", *sample.how, "--clock", sample.clock,
        "--region", sample.region, "--key", key_file(folder), "--out", out, "--jobs", 1,
        *sample.more, *more,
    )  # fmt: skip
    assert done.exit_code == 0, (done.output, done.exception)
    return out


def expected(name: str) -> list[dict[str, str]]:
    """The right rows of a file."""
    with (DATA / f"{name}.expected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows_of(out: Path) -> list[dict[str, Any]]:
    """Calls of an import, those kept apart too, in the order of their records."""
    tables = [pq.read_table(out / name) for name in ("calls.parquet", "apart.parquet")]
    plain = [table.cast(_plain(table.schema)) for table in tables]
    return sorted(pa.concat_tables(plain).to_pylist(), key=lambda row: int(row["record"]))


def _plain(schema: pa.Schema) -> pa.Schema:
    kinds = [
        pa.field(f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type) for f in schema
    ]
    return pa.schema(kinds)


def written(row: dict[str, Any]) -> dict[str, str]:
    """A call as the right rows are written, its line by its keyed name."""

    def moment(at: dt.datetime | None) -> str:
        return "" if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")

    ring = row["ring_ms"]
    return {
        "record": str(row["record"]),
        "line": row["line"] or "",
        "start_utc": moment(row["start_utc"]),
        "start_quality": row["start_quality"],
        "end_utc": moment(row["end_utc"]),
        "ring_s": "" if ring is None else str(ring // 1000),
        "zone": row["zone"] or UNKNOWN,
        "disposition": row["disposition"],
        "attempt": "" if row["attempt"] is None else str(row["attempt"]),
    }
