"""Arrow arrays from numpy arrays, made of their buffers.

``pyarrow.array`` looks whether its input is a pandas object and so imports pandas, which takes
longer than writing all tables of a run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """Texts of which few values occur."""

    codes: NDArray[np.integer[Any]]
    """(n,) Place among the names; negative where a value is missing."""
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def texts(self) -> NDArray[np.object_]:
        """(n,) The texts themselves; None where missing."""
        names = np.array([*self.names, None], dtype=object)
        found: NDArray[np.object_] = names[np.maximum(self.codes, -1)]
        return found


def column(values: NDArray[Any] | Sequence[Any] | Coded, kind: pa.DataType) -> pa.Array:
    """An Arrow array of a type.

    Parameters
    ----------
    values
        Texts, or numbers; None, NaT, or masked, where a value is missing. A numpy array of numbers
        must have the dtype of the Arrow type already: nothing is cast.
    kind
        A text, number, truth or timestamp type; a dictionary of texts for :class:`Coded`.

    Raises
    ------
    TypeError
        If an array has another dtype.
    """
    import pyarrow as pa  # a quarter of a second: only where a table is made

    if isinstance(values, Coded):
        return coded(values.codes, values.names)
    if pa.types.is_string(kind):
        return texts(values)
    if pa.types.is_boolean(kind):
        bits = np.packbits(np.asarray(values, dtype=np.bool_), bitorder="little")
        return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(bits)])
    wanted = np.dtype("datetime64[ms]") if pa.types.is_timestamp(kind) else kind.to_pandas_dtype()
    there: NDArray[np.bool_] | None = None
    if not isinstance(values, np.ndarray):
        there = np.array([value is not None for value in values], dtype=np.bool_)
        values = np.array([0 if value is None else value for value in values], dtype=wanted)
    elif isinstance(values, np.ma.MaskedArray):
        there = ~np.ma.getmaskarray(values)
        values = values.filled(0)
    elif pa.types.is_timestamp(kind):
        there = ~np.isnat(values)
    if values.dtype != wanted:
        raise TypeError(f"a column of {kind} was given as {values.dtype}")
    data = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(kind, len(values), [_validity(there), data])


def texts(values: NDArray[Any] | Sequence[str | None]) -> pa.Array:
    """An Arrow array of texts; None where one is missing."""
    import pyarrow as pa  # a quarter of a second: only where a table is made

    encoded = [b"" if value is None else str(value).encode() for value in values]
    ends = np.zeros(len(encoded) + 1, dtype=np.int32)
    np.cumsum([len(text) for text in encoded], out=ends[1:])
    there = np.array([value is not None for value in values], dtype=np.bool_)
    buffers = [_validity(there), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(encoded), buffers)


def coded(codes: NDArray[np.integer[Any]], names: Sequence[str]) -> pa.DictionaryArray:
    """An Arrow array of texts, each given by its place among the names; negative for none."""
    import pyarrow as pa  # a quarter of a second: only where a table is made

    places = np.ma.masked_less(np.ascontiguousarray(codes, dtype=np.int32), 0)
    indices = column(places, pa.int32())
    return pa.DictionaryArray.from_arrays(indices, texts(names))


def _validity(there: NDArray[np.bool_] | None) -> pa.Buffer | None:
    """Which values are there, as Arrow's bitmap; None where all are."""
    import pyarrow as pa  # a quarter of a second: only where a table is made

    if there is None or bool(there.all()):
        return None
    return pa.py_buffer(np.packbits(there, bitorder="little"))
