"""Digests of column values.

A digest depends on names, types and values, and on nothing else: not on the file format, its
writer's version, row groups or the chunks in which rows arrive. So it stays the same where a
Parquet file's bytes do not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.record.arrays import texts
from sim.record.log import COLUMNS, LogChunk

MANY = 1 << 15
"""Values of a dictionary array of which Arrow's own conversion is worth its import, 25 ms."""


class ArrayDigest:
    """SHA-256 over arrays by name, fed in chunks; each name must keep its dtype."""

    def __init__(self) -> None:
        self._hashes: dict[str, Any] = {}

    def update(self, name: str, values: NDArray[Any]) -> None:
        """Feed the next values of one array."""
        little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
        if name not in self._hashes:
            self._hashes[name] = hashlib.sha256(f"{name}:{little.dtype.str}\n".encode())
        self._hashes[name].update(little.view(np.uint8).reshape(-1).data)

    def hexdigest(self) -> str:
        """The digest of everything so far, whatever the order of the names."""
        parts = (f"{name}={h.hexdigest()}\n" for name, h in sorted(self._hashes.items()))
        return hashlib.sha256("".join(parts).encode()).hexdigest()


class TableDigest:
    """Digest of the values of a table, fed in record batches or tables."""

    def __init__(self) -> None:
        self._arrays = ArrayDigest()

    def update(self, rows: pa.Table | pa.RecordBatch) -> None:
        """Feed the next rows."""
        for field in rows.schema:
            column = rows.column(field.name)
            chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
            for chunk in chunks:
                there = None
                if field.nullable:
                    there = _there(chunk)
                    self._arrays.update(f"{field.name}/valid", there.astype(np.uint8))
                self._feed(field.name, chunk, there)

    def _feed(self, name: str, values: pa.Array, there: NDArray[np.bool_] | None) -> None:
        """Feed values of one column: missing ones as 0, or as the empty text."""
        kind = values.type
        if pa.types.is_dictionary(kind):
            values, kind = _decoded(values), kind.value_type
        if pa.types.is_boolean(kind):
            yes = _bits(values, 1)
            self._arrays.update(name, (yes if there is None else yes & there).view(np.uint8))
            return
        if pa.types.is_string(kind):
            numbers = np.diff(_buffer(values, 1, np.dtype(np.int32), one_more=True))
            self._arrays.update(f"{name}/text", _characters(values))
            name = f"{name}/length"
        else:
            dtype = np.int64 if pa.types.is_timestamp(kind) else kind.to_pandas_dtype()
            numbers = _buffer(values, 1, np.dtype(dtype))
        self._arrays.update(name, numbers if there is None else np.where(there, numbers, 0))

    def hexdigest(self) -> str:
        """The digest of all rows so far."""
        return self._arrays.hexdigest()


def digestible(kind: pa.DataType) -> bool:
    """Whether values of a type have a digest: numbers, texts, moments, true and false."""
    if pa.types.is_dictionary(kind):
        return digestible(kind.value_type)
    is_one = (
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_string,
        pa.types.is_timestamp,
        pa.types.is_boolean,
    )
    return any(is_(kind) for is_ in is_one)


def _decoded(values: pa.DictionaryArray) -> pa.Array:
    """What a dictionary array stands for; Arrow's own conversion is quick, and slow to import."""
    kind = values.type.value_type
    if len(values) > MANY or not pa.types.is_string(kind):
        return values.cast(kind)
    indices, named = values.indices, [*values.dictionary.to_pylist(), None]
    at = _buffer(indices, 1, np.dtype(indices.type.to_pandas_dtype())).astype(np.int64)
    return texts([named[i] for i in np.where(_there(indices), at, -1).tolist()])


def _there(values: pa.Array) -> NDArray[np.bool_]:
    """Which values of an Arrow array are there; Arrow's own conversion would import pandas."""
    return _bits(values, 0)


def _bits(values: pa.Array, number: int) -> NDArray[np.bool_]:
    """A buffer of bits of an Arrow array; all are set where there is none."""
    bitmap = values.buffers()[number]
    if bitmap is None:
        return np.ones(len(values), dtype=np.bool_)
    bits = np.unpackbits(np.frombuffer(bitmap, dtype=np.uint8), bitorder="little")
    return bits[values.offset : values.offset + len(values)].astype(np.bool_)


def _buffer(
    values: pa.Array, number: int, dtype: np.dtype[Any], *, one_more: bool = False
) -> NDArray[Any]:
    """A buffer of an Arrow array as numpy: as many entries as values, or one more."""
    size = len(values) + one_more if len(values) else 0
    whole = values.buffers()[number]
    if whole is None or not size:
        return np.empty(0, dtype=dtype)
    return np.frombuffer(whole, dtype=dtype, count=size, offset=values.offset * dtype.itemsize)


def _characters(text: pa.Array) -> NDArray[np.uint8]:
    """The UTF-8 bytes of the texts of an array that are there, end to end."""
    ends = _buffer(text, 1, np.dtype(np.int32), one_more=True)
    # Arrow lets something lie in the place of a missing text, and itself puts nothing there; what
    # would drop it is slow to import.
    if text.null_count and np.diff(ends)[~_there(text)].any():
        return _characters(text.drop_null())
    data = text.buffers()[2]
    if not len(ends) or data is None:
        return np.empty(0, dtype=np.uint8)
    return np.frombuffer(data, dtype=np.uint8)[ends[0] : ends[-1]]


def digest_table(table: pa.Table) -> str:
    """Digest of the values of one table."""
    digest = TableDigest()
    digest.update(table)
    return digest.hexdigest()


class LogDigest:
    """Digest of a call log, fed with the chunks that an engine hands on."""

    def __init__(self) -> None:
        self._arrays = ArrayDigest()

    def update(self, chunk: LogChunk) -> None:
        """Feed the next rows."""
        for name in COLUMNS:
            self._arrays.update(name, getattr(chunk, name))

    def hexdigest(self) -> str:
        """The digest of all rows so far."""
        return self._arrays.hexdigest()


def digest_object(thing: Any) -> str:
    """Digest of an object made of dataclasses, tuples, arrays and plain values."""
    hashed = hashlib.sha256()
    for part in _parts("", thing):
        hashed.update(part)
    return hashed.hexdigest()


def _parts(path: str, thing: Any) -> Iterator[bytes]:
    if is_dataclass(thing) and not isinstance(thing, type):
        for field in sorted(fields(thing), key=lambda f: f.name):
            yield from _parts(f"{path}.{field.name}", getattr(thing, field.name))
    elif isinstance(thing, (tuple, list)):
        for index, item in enumerate(thing):
            yield from _parts(f"{path}[{index}]", item)
    elif isinstance(thing, np.ndarray):
        little = np.ascontiguousarray(thing, dtype=thing.dtype.newbyteorder("<"))
        yield f"{path}:{little.dtype.str}{little.shape}\n".encode()
        yield little.tobytes()
    else:
        yield f"{path}={thing!r}\n".encode()
