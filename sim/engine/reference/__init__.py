"""The reference engine: the same laws, one event at a time, written for reading."""

from sim.engine.reference.engine import run

__all__ = ["run"]
