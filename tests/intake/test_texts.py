"""Distinct texts get the numbers that a dictionary would give them, and can all be told again."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

from sim.intake.lines import Book, Line, read_line
from sim.intake.texts import Texts, key_of

PIECES = ("0", "00", "7", "06", "+", "1\t", "33\t", "262\t", " ", "X", "é", "55501", "99999", "\t")


def some(rng: random.Random, n: int) -> list[str]:
    return ["".join(rng.choices(PIECES, k=rng.randrange(7))) for _ in range(n)]


def test_numbers_are_those_of_a_dictionary_and_texts_come_back() -> None:
    rng, texts, known = random.Random(5), Texts(), dict[str, int]()
    for _ in range(40):
        part = some(rng, rng.randrange(200))
        wanted = [known.setdefault(each, len(known)) for each in part]
        assert texts.add(pa.array(part, pa.string())).tolist() == wanted
        assert len(texts) == len(known)
    assert len(known) > 1500
    assert [each for part in texts.forget(77) for each in part.texts()] == list(known)
    assert len(texts) == 0


@pytest.mark.parametrize(
    "text", ["0", "00", "0639980201", "+33639980201", "1\t2125550101", "262\t0262990811",
             "44\t+4420", "12345678901234", "+12345678901234", "999\t+99999999999999"],
)  # fmt: skip
def test_what_numbers_look_like_is_packed(text: str) -> None:
    assert key_of(pa.array(["", text]))[1] >= 0


@pytest.mark.parametrize(
    "text", ["", "+", "1\t", "\t1", "1234\t5", "123456789012345", "1 2", "1+2"]
)
def test_what_else_stands_there_is_kept_as_it_is(text: str) -> None:
    assert key_of(pa.array([text, "0"]))[0] == -1


def test_a_slice_of_texts_is_read_from_its_own_beginning() -> None:
    whole = pa.array(["12", "345", "6", "78"])
    assert key_of(whole[1:3]).tolist() == key_of(pa.array(["345", "6"])).tolist()


def test_lines_stand_in_the_order_in_which_their_texts_came() -> None:
    rng = random.Random(8)
    texts = ["", "XXXX", "262990811"] * 3
    for _ in range(700):
        prefix = rng.choice(["0", "+33", "0033", "33"]) + rng.choice("1269")
        texts.append(f"{prefix}9900{rng.randrange(9999):04}")
    rng.shuffle(texts)
    book = Book("FR")
    numbers = np.concatenate([book.add(pa.array(texts[k : k + 100])) for k in range(0, 709, 100)])
    place = book.settle()[numbers]
    order: dict[int, int] = {}
    for text, at in zip(texts, place.tolist(), strict=True):
        line = read_line(text, "FR")
        if isinstance(line, Line):
            assert at == order.setdefault(line.number, len(order))
            zone = int(book.zone[at])
            assert (book.zones[zone] if zone >= 0 else "") == line.zone
        else:
            assert at == line
    assert book.numbers.tolist() == list(order)
