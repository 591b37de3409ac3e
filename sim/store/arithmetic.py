"""How this platform works floating-point functions out, as a digest that others can be held to.

The model decides by integers, but its tables are made by ``exp``, ``log`` and their like, whose
last bits differ between processors, C libraries and releases of numpy. Where two platforms have one
digest they give the same numbers, and only the exact comparison decides. Two with different digests
may give the same.
"""

from __future__ import annotations

import hashlib
import math
from functools import cache
from statistics import NormalDist

import numpy as np

_POINTS = 4_096
"""Arguments at which each function is asked."""
_DIGITS = 16


@cache
def arithmetic() -> str:
    """16 hex digits of what this platform makes of the functions that tables are made with.

    They are those of numpy, of Python's ``math``, the normal quantile, and numpy's sums, which add
    up in an order that depends on the processor.
    """
    inside = (np.arange(_POINTS) + 0.5) / _POINTS
    wide = 40.0 * (inside - 0.5)
    few = inside[:: _POINTS // 256].tolist()
    found = [
        np.exp(wide),
        np.log(inside),
        np.log1p(-inside),
        np.expm1(wide),
        np.power(inside, 0.37),
        np.sqrt(inside),
        np.array([inside.sum(), np.exp(wide).sum(), inside @ np.sqrt(inside), inside.std()]),
        np.cumsum(np.log(inside)),
        np.array([NormalDist().inv_cdf(p) for p in few]),
        np.array([f(4 * p) for p in few for f in (math.exp, math.log, math.erfc, math.expm1)]),
    ]
    digest = hashlib.sha256()
    for values in found:
        digest.update(values.astype("<f8").tobytes())
    return digest.hexdigest()[:_DIGITS]
