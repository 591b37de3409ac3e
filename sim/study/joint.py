"""Draws of inputs that go together: a normal copula over their uniforms.

Uniforms become normal scores, these are mixed so that they have the correlations of ``joint:``, and
become uniforms again. So each input keeps its own law, and inputs that stand in no group keep their
very draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.scenario.joint import Joint
from sim.special import ndtr, ndtri

Floats = NDArray[np.float64]
_TINY = 2.0**-33
"""What is at least left to either side of a uniform: half of the finest step of a draw."""


def correlated(groups: Sequence[Joint], uniforms: Mapping[str, Floats]) -> dict[str, Floats]:
    """Uniforms of inputs with the correlations of their groups.

    Parameters
    ----------
    groups
        The scenario's ``joint``, which has been checked. Members that are not drawn are passed
        over, with the correlations that they have.
    uniforms
        By path of an input: independent uniforms, (n,) each.

    Returns
    -------
    dict
        The same paths, in order.
    """
    out = dict(uniforms)
    for group in groups:
        here = [at for at, path in enumerate(group.inputs) if path in out]
        if len(here) < 2:
            continue
        matrix = np.array(group.matrix)[np.ix_(here, here)]
        paths = [group.inputs[at] for at in here]
        scores = root_of(matrix) @ np.stack([ndtri(uniforms[path]) for path in paths])
        mixed = np.clip(ndtr(scores), _TINY, 1 - _TINY)
        out.update(zip(paths, mixed, strict=True))
    return out


def root_of(matrix: Floats, tolerance: float = 1e-9) -> Floats:
    """(k, k) Lower triangle L with L Lᵀ the matrix, where inputs may move together entirely.

    Raises
    ------
    ValueError
        Where no variables have such correlations.
    """
    k = len(matrix)
    root = np.zeros((k, k))
    for j in range(k):
        left = matrix[j, j] - root[j, :j] @ root[j, :j]
        if left < -tolerance:
            raise ValueError("no variables have such correlations")
        rest = matrix[j + 1 :, j] - root[j + 1 :, :j] @ root[j, :j]
        if left > tolerance:
            root[j, j] = np.sqrt(left)
            root[j + 1 :, j] = rest / root[j, j]
        elif np.abs(rest).max(initial=0.0) > np.sqrt(tolerance):
            raise ValueError("no variables have such correlations")
    return root
