"""A table as a file that a spreadsheet opens."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from sim.errors import OptionError
from sim.record.column import Table

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 1_048_575
"""Rows that a sheet holds below its header."""
SUFFIXES = (".csv", ".parquet", ".xlsx")


def file_of(table: pa.Table, known: Table, suffix: str) -> bytes:
    """A table as the content of a file.

    Parameters
    ----------
    table
        Its rows.
    known
        What its columns are: a workbook says so on a second sheet.
    suffix
        One of :data:`SUFFIXES`.

    Raises
    ------
    OptionError
        For another suffix, or more rows than a sheet holds.
    """
    if suffix not in SUFFIXES:
        raise OptionError(
            f"a table is written as {', '.join(SUFFIXES)}",
            place="FILE",
            found=suffix or "no ending",
        )
    out = io.BytesIO()
    if suffix == ".xlsx":
        return _workbook(table, known)
    if suffix == ".csv":
        import pyarrow.csv

        pyarrow.csv.write_csv(table, out)
    else:
        import pyarrow.parquet as pq

        pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def _workbook(table: pa.Table, known: Table) -> bytes:
    """A workbook of two sheets: the rows, and what their columns are. Moments are in UTC."""
    import pyarrow as pa
    import xlsxwriter

    if table.num_rows > MOST:
        raise OptionError(
            f"{known.name} has {table.num_rows:,} rows and a sheet holds {MOST:,}",
            remedy="write .csv or .parquet, or take some rows with Run.sql",
        )
    out = io.BytesIO()
    plain = ("strings_to_formulas", "strings_to_urls", "strings_to_numbers")
    with xlsxwriter.Workbook(out, {"in_memory": True, **dict.fromkeys(plain, False)}) as book:
        bold = book.add_format({"bold": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})
        sheet = book.add_worksheet(known.name[:31])
        sheet.freeze_panes(1, 0)
        columns = []
        for at, field in enumerate(table.schema):
            dated = pa.types.is_timestamp(field.type)
            sheet.set_column(at, at, 22 if dated else 14, moment if dated else None)
            sheet.write_string(0, at, field.name, bold)
            values = table.column(at)
            if dated:  # a workbook knows no time zones
                values = values.cast(pa.timestamp("ms"))
            columns.append(values.to_pylist())
        for row, cells in enumerate(zip(*columns, strict=True), start=1):
            for at, cell in enumerate(cells):
                if isinstance(cell, str):
                    sheet.write_string(row, at, cell)
                elif cell is not None and cell == cell:  # no cell is NaN
                    sheet.write(row, at, cell)
        _columns(book.add_worksheet("columns"), bold, table.column_names, known)
    return out.getvalue()


def _columns(sheet: object, bold: object, names: list[str], known: Table) -> None:
    """The second sheet: name, unit and meaning of each column."""
    write = sheet.write_row  # type: ignore[attr-defined]
    write(0, 0, ("column", "unit", "meaning"), bold)
    meaning = {column.name: column for column in known.columns}
    for row, name in enumerate(names, start=1):
        about = meaning.get(name)
        write(row, 0, (name, about.unit if about else "", about.meaning if about else ""))
