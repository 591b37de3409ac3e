"""Logs for an import, spoilt by chance: bytes, cells and rows of samples that are sound.

A log is a function of its seed alone. What a spoilt one means is not known here, only how its
import must behave.
"""

from __future__ import annotations

import gzip
import random
from pathlib import Path

from tests.intake.samples import DATA, SAMPLES, Sample

SECRET = "Zerbinetta"
_CELLS = (
    *(
        "",
        " ",
        "0",
        "-1",
        "1e9",
        "nan",
        "\\N",
        "\\",
        '"',
        "'",
        "\x00",
        "\r",
        "\ufeff",
        "é",
        "\u202e",
    ),
    *("99999999999999999999", "2024-02-30 10:00:00", "0001-01-01 00:00:00", "\x1b[2J", "a" * 3000),
    *("+33", "+", "0033", "XXXXXXXX", "3,3E+10", "sip:a@b", SECRET, "2024-03-31 02:30:00"),
)


def spoilt(seed: int, folder: Path) -> tuple[Sample, Path]:
    """A sample, and a spoilt copy of its log."""
    rng = random.Random(seed)
    sample = SAMPLES[rng.choice(sorted(SAMPLES))]
    content = bytearray((DATA / f"{sample.file}.csv").read_bytes())
    for _ in range(rng.choice((0, 1, 1, 2, 4))):
        content = _harm(rng, content)
    packed = gzip.compress(content) if rng.random() < 0.1 else bytes(content)
    if rng.random() < 0.05:
        packed = packed[: rng.randrange(len(packed) + 1)]
    path = folder / f"log-{seed}.csv"
    path.write_bytes(packed)
    return sample, path


def _harm(rng: random.Random, content: bytearray) -> bytearray:
    kind = rng.randrange(6)
    at = rng.randrange(len(content) + 1)
    if kind == 0:  # some bytes
        for _ in range(rng.choice((1, 5, 50))):
            if content:
                content[rng.randrange(len(content))] = rng.randrange(256)
        return content
    if kind == 1:
        return content[:at]
    lines = content.split(b"\n")
    if kind == 2:  # rows again, or in another order
        rng.shuffle(lines) if rng.random() < 0.5 else lines.extend(lines[1:])
        return bytearray(b"\n".join(lines))
    if kind == 3:  # without the first rows
        return bytearray(b"\n".join(lines[rng.randrange(3) :]))
    sign = max((b",", b"\t", b";"), key=content.count)
    for _ in range(rng.choice((1, 10))):
        row = rng.randrange(len(lines))
        cells = lines[row].split(sign)
        cells[rng.randrange(len(cells))] = rng.choice(_CELLS).encode()
        if kind == 5 and rng.random() < 0.3:
            cells.append(b"x")
        lines[row] = bytearray(sign.join(cells))
    return bytearray(b"\n".join(lines))
