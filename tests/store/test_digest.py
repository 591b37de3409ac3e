"""Digests depend on values and on nothing else."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import struct

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.record.arrays import coded, column, texts
from sim.store import digest
from sim.store.digest import (
    ArrayDigest,
    LogDigest,
    TableDigest,
    digest_object,
    digest_table,
)
from tests import hand_built as hand

TABLE = pa.table(
    {
        "n": pa.array([1, None, 3, 4, 5], pa.int64()),
        "text": pa.array(["a", "", None, "dé", "e"]),
        "kind": pa.array(["x", "y", "x", "x", "y"]).dictionary_encode(),
        "when": pa.array([0, 1, None, 3, 4], pa.timestamp("ms", tz="UTC")),
        "yes": pa.array([True, False, True, True, False]),
        "share": pa.array([0.5, 1.5, None, -0.0, 2.0]),
        "small": pa.array([1, 2, 3, 4, 255], pa.uint8()),
    }
)


def test_rows_may_come_in_any_chunks():
    whole = digest_table(TABLE)
    for size in (1, 2, 3):
        found = TableDigest()
        for batch in TABLE.to_batches(max_chunksize=size):
            found.update(batch)
        assert found.hexdigest() == whole
    found = TableDigest()
    found.update(TABLE.slice(0, 2))
    found.update(TABLE.slice(2))
    assert found.hexdigest() == whole


def test_a_file_keeps_the_digest():
    file = io.BytesIO()
    pq.write_table(TABLE, file, row_group_size=2, compression="zstd")
    assert digest_table(pq.read_table(file)) == digest_table(TABLE)


@pytest.mark.parametrize("name", TABLE.column_names)
def test_any_value_matters(name):
    values = TABLE.column(name).to_pylist()
    values[-1] = values[0]
    index = TABLE.schema.get_field_index(name)
    changed = TABLE.set_column(
        index, TABLE.schema.field(name), pa.array(values, TABLE.schema.field(name).type)
    )
    assert digest_table(changed) != digest_table(TABLE)


def by_hand(columns):
    """SHA-256 as the module's words have it, with hashlib and struct alone.

    Of arrays by name, each of its name, dtype and little-endian values; missing values are 0.
    """

    def hashed(name, dtype, data):
        return name, hashlib.sha256(f"{name}:{dtype}\n".encode() + data).hexdigest()

    arrays = []
    for name, (kind, values) in columns.items():
        there = [value is not None for value in values]
        arrays.append(hashed(f"{name}/valid", "|u1", bytes(there)))
        if kind == "text":
            texts = [(value or "").encode() for value in values]
            arrays.append(hashed(f"{name}/text", "|u1", b"".join(texts)))
            lengths = struct.pack(f"<{len(texts)}i", *map(len, texts))
            arrays.append(hashed(f"{name}/length", "<i4", lengths))
        else:
            dtype, code = {"int64": ("<i8", "q"), "bool": ("|u1", "B"), "share": ("<f8", "d")}[kind]
            data = struct.pack(f"<{len(values)}{code}", *(value or 0 for value in values))
            arrays.append(hashed(name, dtype, data))
    return hashlib.sha256("".join(f"{n}={h}\n" for n, h in sorted(arrays)).encode()).hexdigest()


def test_a_digest_is_what_it_is_said_to_be():
    """Against the standard library. What lies in the place of a missing value is nobody's."""
    numbers = [7, None, -3, None, 5, None, 1, 2, None, 9]
    shares = [0.5, 1.5, None, -2.0, None, 0.0, 4.0, None, 8.0, 1.0]
    yes = [True, None, False, True, True, None, False, False, True, True]
    text = ["a", "", None, "dé", "e", None, "xyz", "", "q", None]
    there = np.array([n is not None for n in numbers])
    filled = np.array([999 if n is None else n for n in numbers])
    bits = pa.py_buffer(np.packbits(there, bitorder="little"))
    table = pa.table(
        {
            "n": pa.Array.from_buffers(pa.int64(), 10, [bits, pa.py_buffer(filled)]),
            "share": pa.array(shares),
            "yes": pa.array(yes),
            "text": pa.array(text),
        }
    )
    assert table.column("n").to_pylist() == numbers
    assert digest_table(table) == by_hand(
        {
            "n": ("int64", numbers),
            "share": ("share", shares),
            "yes": ("bool", yes),
            "text": ("text", text),
        }
    )


@pytest.mark.parametrize("index", [pa.int8(), pa.int32(), pa.uint16()])
def test_a_dictionary_has_the_digest_of_what_it_stands_for(monkeypatch, index):
    """Few values are looked up here, many by Arrow; also in a part of an array."""
    texts_, names = ["a", None, "dé", "", None, "xyz", "a"], ["a", "dé", "", "xyz", None]
    one = pa.DictionaryArray.from_arrays(pa.array([0, None, 1, 2, None, 3, 0], index), names)
    without = pa.DictionaryArray.from_arrays(pa.array([0, 4, 1, 2, None, 3, 0], index), names)
    assert one.to_pylist() == without.to_pylist() == texts_
    other = pa.array(texts_)

    def digests():
        for first, length in ((0, 7), (2, 4), (1, 6), (3, 0)):
            yield digest_table(pa.table({"a": one.slice(first, length)}))
            yield digest_table(pa.table({"a": without.slice(first, length)}))

    few = list(digests())
    monkeypatch.setattr(digest, "MANY", -1)
    assert list(digests()) == few
    assert few[::2] == [
        digest_table(pa.table({"a": other.slice(first, length)}))
        for first, length in ((0, 7), (2, 4), (1, 6), (3, 0))
    ]
    numbers = pa.array([5, 7, None, 5], pa.int64())
    coded_ = numbers.dictionary_encode()
    assert digest_table(pa.table({"a": coded_})) == digest_table(pa.table({"a": numbers}))


def test_what_lies_in_the_place_of_a_missing_text_is_nobodys():
    """Arrow lets it have a length and characters."""
    bits = pa.py_buffer(np.packbits([True, False, True], bitorder="little"))
    ends, data = np.array([0, 2, 5, 6], np.int32), b"abxyzc"
    text = pa.Array.from_buffers(pa.string(), 3, [bits, pa.py_buffer(ends), pa.py_buffer(data)])
    assert text.to_pylist() == ["ab", None, "c"]
    plain = pa.array(["ab", None, "c"])
    assert digest_table(pa.table({"a": text})) == digest_table(pa.table({"a": plain}))
    part = pa.table({"a": text.slice(1)})
    assert digest_table(part) == digest_table(pa.table({"a": plain.slice(1)}))


def test_missing_and_zero_differ_and_so_do_text_borders_names_and_types():
    def digest_of(values, kind, name="a"):
        return digest_table(pa.table({name: pa.array(values, kind)}))

    assert digest_of([0], pa.int64()) != digest_of([None], pa.int64())
    assert digest_of([""], pa.string()) != digest_of([None], pa.string())
    assert digest_of(["ab", "c"], pa.string()) != digest_of(["a", "bc"], pa.string())
    assert digest_of([1], pa.int64()) != digest_of([1], pa.int64(), "b")
    assert digest_of([1], pa.int64()) != digest_of([1], pa.int32())


def test_arrays_of_another_byte_order_are_the_same_values():
    one, two = ArrayDigest(), ArrayDigest()
    one.update("a", np.array([1, 2], "<i4"))
    two.update("a", np.array([1, 2], ">i4"))
    assert one.hexdigest() == two.hexdigest()


def test_the_log_in_any_chunks():
    people = hand.population([0, 1, 0])
    log = hand.log([(0, 1, 3, 4, 5), (1, 1, 4, 9, 2), (2, 1, 4, 9, 3)], people)
    whole = LogDigest()
    whole.update(log)
    parts = LogDigest()
    for part in hand.split(log, 1):
        parts.update(part)
    assert parts.hexdigest() == whole.hexdigest()
    other = LogDigest()
    log.hold_ms[1] += 1
    other.update(log)
    assert other.hexdigest() != whole.hexdigest()


@dataclasses.dataclass
class Thing:
    numbers: np.ndarray
    parts: tuple
    name: str


def test_objects_by_what_they_hold():
    def thing(**changes):
        values = {"numbers": np.arange(3), "parts": (np.ones(2), 1), "name": "a"}
        return digest_object(Thing(**{**values, **changes}))

    assert thing() == thing()
    assert thing(name="b") != thing()
    assert thing(numbers=np.arange(3)[None]) != thing()
    assert thing(parts=(np.ones(2), 2)) != thing()


def test_arrow_arrays_from_buffers():
    moments = np.array([5, "NaT", 7], dtype="datetime64[ms]")
    utc = column(moments, pa.timestamp("ms", tz="UTC"))
    assert utc.cast(pa.int64()).to_pylist() == [5, None, 7]
    assert column([1.5, None], pa.float64()).to_pylist() == [1.5, None]
    assert column(np.array([1, 0, 1], bool), pa.bool_()).to_pylist() == [True, False, True]
    assert texts(["é", None, ""]).to_pylist() == ["é", None, ""]
    assert texts([]).to_pylist() == []
    assert coded(np.array([1, 0, 1], np.uint8), ["a", "b"]).to_pylist() == ["b", "a", "b"]
    for array in (utc, texts(["é", None])):
        array.validate(full=True)
    with pytest.raises(TypeError, match="int64 was given as int32"):
        column(np.arange(3, dtype=np.int32), pa.int64())
