"""Where an input stood in each reading of each run."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from sim.jobs.gathering import Gathering, _was_read


def test_a_run_that_was_not_read_has_one_value() -> None:
    own = [SimpleNamespace(inputs=inputs) for inputs in (("a", "b"), ("b",), ("a", "b"))]
    runs = _was_read(own)  # type: ignore[arg-type]
    assert {path: found.tolist() for path, found in runs.items()} == {
        "a": [True, False, True],
        "b": [True, True, True],
    }
    drawn, read = np.array([0.1, 0.2, 0.3]), np.array([[0.4, 0.5], [0.6, 0.7], [0.8, 0.9]])
    gathering = SimpleNamespace(read_at={"a": read}, drawn_at={"a": drawn})
    whole = Gathering._at(gathering, "a", runs["a"], slice(1, None))  # type: ignore[arg-type]
    assert whole.tolist() == [[0.4, 0.5], [0.2, 0.2], [0.8, 0.9]]
    first = Gathering._at(gathering, "a", runs["a"], slice(1, 2))  # type: ignore[arg-type]
    assert first.tolist() == [[0.4], [0.2], [0.8]]
