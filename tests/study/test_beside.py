"""What documents and results differ in, against cases counted by hand."""

from __future__ import annotations

from sim.study.beside import MISSING, Differing, Moved, differing, moved


def test_only_keys_that_differ_are_told_and_a_missing_one_is_told_as_such() -> None:
    one = {"a": 1, "b": {"c": [1, 2], "d": "x"}, "e": {}}
    other = {"a": 1.0, "b": {"c": [1, 3, 4], "d": "x"}, "e": {}, "f": True}
    assert differing([one, other]) == (
        Differing("b.c", ([1, 2], [1, 3, 4])),
        Differing("f", (MISSING, True)),
    )
    assert differing([one, one, one]) == ()


def test_three_documents_are_set_side_by_side() -> None:
    assert differing([{"a": 1}, {"a": 1}, {"a": 2}]) == (Differing("a", (1, 1, 2)),)


def test_nothing_is_not_what_is_missing_nor_is_a_word_for_it() -> None:
    found = differing([{"a": None, "b": "absent"}, {}])
    assert found == (Differing("a", (None, MISSING)), Differing("b", ("absent", MISSING)))
    assert [one.values[1] is MISSING for one in found] == [True, True]
    assert differing([{"a": [{"x": 1}, {"x": 2}]}, {"a": [{"x": 1}, {"x": 3}]}]) == (
        Differing("a.1.x", (2, 3)),
    )


def test_numbers_are_compared_for_strategies_that_all_have() -> None:
    one = {"s": {"people": 10.0, "cost": 1.0}, "t": {"people": 1.0}}
    other = {"s": {"people": 12.0, "cost": 1.0}}
    assert moved([one, other]) == (Moved("s", "people", (10.0, 12.0)),)
