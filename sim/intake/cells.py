"""Cells of some rows, held against the tests of a mapping."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.intake.mapping import Case, Flag, Length, OptOut, Test
from sim.intake.stamps import UNKNOWN_MS, moments

Bools = NDArray[np.bool_]
F64 = NDArray[np.float64]


class Cells:
    """Some rows of a log: text by column, and what tests of it say.

    Parameters
    ----------
    table
        Columns of text, empty where nothing stands.
    settings
        What the user says that the log does not tell.
    """

    def __init__(self, table: pa.Table, settings: Mapping[str, str]) -> None:
        self.table = table
        self.rows = table.num_rows
        self.settings = settings
        self._texts: dict[str, pa.Array] = {}
        self._numbers: dict[str, F64] = {}

    def text(self, name: str) -> pa.Array:
        """A column."""
        if name not in self._texts:
            column = self.table.column(name)
            whole = column.combine_chunks()
            if isinstance(whole, pa.ChunkedArray):
                whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([""])[:0]
            self._texts[name] = whole
        return self._texts[name]

    def joined(self, names: tuple[str, ...]) -> pa.Array:
        """Several columns, a blank between them."""
        if len(names) == 1:
            return self.text(names[0])
        whole = pc.binary_join_element_wise(*map(self.text, names), " ")
        return pc.utf8_trim_whitespace(whole)

    def number(self, name: str) -> F64:
        """A column as numbers; NaN where there is none."""
        if name not in self._numbers:
            text = self.text(name)
            right = pc.match_substring_regex(text, r"^-?\d{1,15}(\.\d+)?$")
            values = pc.if_else(right, text, "nan").cast(pa.float64())
            self._numbers[name] = values.to_numpy(zero_copy_only=False)
        return self._numbers[name]

    def pass_(self, name: str, test: Test) -> Bools:
        """(n,) Which rows pass a test of one column."""
        text = self.text(name)
        if test.texts is not None:
            found = pc.is_in(text, pa.array(test.texts, pa.string()))
        elif test.given is not None:
            found = pc.not_equal(text, "") if test.given else pc.equal(text, "")
        elif test.pattern is not None:
            found = pc.match_substring_regex(text, test.pattern)
        else:
            number = self.number(name)
            with np.errstate(invalid="ignore"):
                by_sign: dict[str, Bools] = {
                    ">": number > test.number,
                    "<": number < test.number,
                    "=": number == test.number,
                }
            return by_sign[test.sign]
        return np.array(found.to_numpy(zero_copy_only=False), dtype=np.bool_)

    def when(self, tests: Mapping[str, Test]) -> Bools:
        """(n,) Which rows pass all of some tests."""
        passed = np.ones(self.rows, dtype=np.bool_)
        for name, test in tests.items():
            passed &= self.pass_(name, test)
        return passed

    def case(self, case: Case | OptOut) -> Bools:
        """(n,) Of which rows a case holds."""
        said = all(self.settings.get(k) in allowed for k, allowed in case.settings.items())
        return self.when(case.when) if said else np.zeros(self.rows, dtype=np.bool_)

    def flag(self, flag: Flag | None) -> NDArray[np.int8]:
        """(n,) 1 for yes, 0 for no, -1 where it is not known."""
        found = np.full(self.rows, -1, dtype=np.int8)
        if flag is not None:
            if flag.no is not None:
                found[self.when(flag.no)] = 0
            found[self.when(flag.yes)] = 1
        return found

    def length(self, length: Length, start: NDArray[np.int64]) -> F64:
        """(n,) A length of time, ms; NaN where it is not told.

        Parameters
        ----------
        length
            How it is told.
        start
            (n,) Start of each call, ms since 1970.
        """
        size = 1000.0 if length.unit == "s" else 1.0
        if length.until is not None:
            at = moments(self.text(length.until), length.unit)
            there = (at != UNKNOWN_MS) & (start != UNKNOWN_MS)
            found = np.where(there, (at - np.where(there, start, at)).astype(np.float64), np.nan)
        elif length.column is not None:
            found = self.number(length.column) * size
            if length.less is not None:
                found = found - np.nan_to_num(self.number(length.less)) * size
        else:
            found = np.full(self.rows, np.nan)
        return np.where(self.when(length.when) & (found >= 0), found, np.nan)
