"""The compiled look-up of quantile tables, apart from them: tables are made without a compiler."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel


@kernel
def look_up(
    words: NDArray[np.uint32], whole: Annotated[NDArray[np.int32], 2], out: NDArray[np.int32]
) -> None:
    """Durations for words, (n,) each: ``QuantileTable.scalar`` word by word.

    The end cells are one word in two thousand, so the branch is as good as free.
    """
    last = whole.shape[1] - 2
    for i in range(words.shape[0]):
        word = np.int64(words[i])
        part, cell, fraction, bits = 0, word >> 20, word & 0xFFFFF, 20
        if cell == 0 or cell == last:
            part = 1 if cell == 0 else 2
            cell, fraction, bits = word >> 8 & 0xFFF, word & 0xFF, 8
        start = np.int64(whole[part, cell])
        out[i] = start + ((whole[part, cell + 1] - start) * fraction >> bits)
