"""The fast engine: SimPy decides, numpy draws, the kernel places."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.engine.fast.engine import run


def __getattr__(name: str) -> Any:
    """The engine when it is asked for: a module of kernels is imported without all the others."""
    if name == "run":
        from sim.engine.fast.engine import run

        return run
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = ["run"]
