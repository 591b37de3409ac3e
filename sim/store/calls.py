"""The call log as a Parquet file, written while the run goes on; set aside by other processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from sim.engine.plan.plan import Plan
from sim.measure.tally import Hearing
from sim.record.log import LogChunk
from sim.scenario.scenario import Scenario
from sim.store.call_rows import ROW_GROUP, CallRows, DetailOf
from sim.store.columns_calls import CALLS
from sim.store.digest import TableDigest
from sim.store.partial import open_for_writing
from sim.store.schema import schema
from sim.streams import Replication


class CallWriter:
    """Writes ``calls.parquet``, strategy after strategy.

    Parameters
    ----------
    file
        Open binary file; the caller closes it.
    scenario
        Names of its strategies and time zones of its territories.
    replication
        Which replication it is; default the scenario's own.
    """

    def __init__(
        self, file: IO[bytes], scenario: Scenario, replication: Replication | None = None
    ) -> None:
        self._writer = pq.ParquetWriter(
            file,
            schema(CALLS),
            compression="zstd",
            use_dictionary=[
                "strategy", "draw", "noise", "attempt", "territory", "zone", "disposition",
                "outcome", "key", "caller_number",
            ],
            column_encoding={
                "line": "PLAIN",
                "start_utc": "DELTA_BINARY_PACKED",
                "ring_ms": "BYTE_STREAM_SPLIT",
                "hold_ms": "BYTE_STREAM_SPLIT",
                "listened_ms": "BYTE_STREAM_SPLIT",
            },
            write_statistics=["strategy", "start_utc", "line", "attempt"],
        )  # fmt: skip
        self._made = CallRows(scenario, replication, self.write)
        self._digest = TableDigest()
        self.rows = 0
        """Rows written."""

    def begin(
        self,
        strategy: str,
        plan: Plan,
        detail: DetailOf | None = None,
        hearing: Hearing | None = None,
    ) -> None:
        """Take the next rows as those of a strategy; its behaviours are the world's by default."""
        self._made.begin(strategy, plan, detail, hearing)

    def add(self, chunk: LogChunk) -> None:
        """Take the next rows of the log."""
        self._made.add(chunk)

    def end(self) -> None:
        """The strategy's rows are all there."""
        self._made.flush()

    def write(self, batch: pa.RecordBatch) -> None:
        """Write one row group that was made elsewhere."""
        self._digest.update(batch)
        self._writer.write_batch(batch, row_group_size=ROW_GROUP)
        self.rows += len(batch)

    def finish(self) -> str:
        """Write what is left and the end of the file; the digest of the values."""
        self._made.flush()
        self._writer.close()
        return self._digest.hexdigest()

    def abandon(self) -> None:
        """Give up: whatever was written is no Parquet file."""
        self._writer.is_open = False


class CallSpool:
    """Sets the rows of strategies aside in a file of its own, until their turn comes.

    Parameters
    ----------
    path
        The file to make.
    scenario, replication
        As for :class:`CallWriter`.
    """

    def __init__(
        self, path: Path, scenario: Scenario, replication: Replication | None = None
    ) -> None:
        self._file = open_for_writing(path, private=True)
        self._writer = pa.ipc.new_stream(
            self._file, schema(CALLS), options=pa.ipc.IpcWriteOptions(compression="lz4")
        )
        self._made = CallRows(scenario, replication, self._writer.write_batch)

    def begin(self, strategy: str, plan: Plan) -> None:
        """Take the next rows as those of a strategy."""
        self._made.begin(strategy, plan)

    def add(self, chunk: LogChunk) -> None:
        """Take the next rows of the log."""
        self._made.add(chunk)

    def end(self) -> None:
        """All rows are there: close the file."""
        self._made.flush()
        self._writer.close()
        self._file.close()


def spooled(path: Path) -> Iterator[pa.RecordBatch]:
    """The row groups that were set aside in a file, which is removed when they have been read."""
    with path.open("rb") as file, pa.ipc.open_stream(file) as stream:
        yield from stream
    path.unlink()
