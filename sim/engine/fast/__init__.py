"""The fast engine: SimPy decides, numpy draws, the kernel places."""

from sim.engine.fast.engine import run

__all__ = ["run"]
