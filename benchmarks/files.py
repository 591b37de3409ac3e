"""Where the scenarios are. Imports nothing that takes memory: the process that waits is small."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRANCE = ROOT / "scenarios" / "france-2017.yaml"
REDUCED = ROOT / "benchmarks" / "reduced.yaml"
