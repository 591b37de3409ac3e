"""One way to compile a kernel, with a cache that survives a read-only install.

Numba keeps compiled code beside the source or in a user folder, and fails where it can write
neither. Here the folder is chosen once: the first one that can be written, and where nobody else
can write (:mod:`sim.trust`): in ``NUMBA_CACHE_DIR``, in the user's cache folder, in the system's
temporary folder. Where there is none, or a cache cannot be used, kernels compile anew in each
process and everything still works.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar, cast, get_args, get_origin, get_type_hints

import numba
import numpy as np
from numba import types
from numba.extending import register_jitable

from sim.trust import UntrustedFolderError, make_private

F = TypeVar("F", bound=Callable[..., Any])


def _without_blas() -> None:
    """Import what numba needs for any kernel, but for scipy's linear algebra, which none here uses.

    Numba asks whether it is there, and has it imported to see: a sixth of a second.
    """
    name = "scipy.linalg"
    if name not in sys.modules:
        sys.modules[name] = None  # type: ignore[assignment]  # so that importing it fails
        try:
            import numba.np.arraymath  # noqa: F401
        finally:
            del sys.modules[name]


_without_blas()


def _candidates() -> list[Path]:
    """Cache folders in order of preference."""
    folders = []
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        folders.append(Path(given) / "ringfence")
    home = os.environ.get("XDG_CACHE_HOME")
    with contextlib.suppress(RuntimeError):  # no home folder can be determined
        folders.append((Path(home) if home else Path.home() / ".cache") / "ringfence" / "numba")
    user = str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    with contextlib.suppress(OSError):  # no temporary folder can be written, as on a full disk
        folders.append(Path(tempfile.gettempdir()) / f"ringfence-{user}" / "numba")
    return folders


def cache_folder() -> tuple[Path | None, tuple[str, ...]]:
    """The first folder that can be written, by us alone; and why others cannot be trusted.

    Creates the folder. Folders that cannot be written at all are passed over without a word.
    """
    refused: list[str] = []
    for folder in _candidates():
        try:
            make_private(folder)
            with tempfile.TemporaryFile(dir=folder):
                return folder, tuple(refused)
        except UntrustedFolderError as error:
            refused.append(str(error.strerror))
        except OSError:
            continue
    return None, tuple(refused)


_FOLDER, _REFUSED = cache_folder()
if _FOLDER is not None:
    numba.config.CACHE_DIR = str(_FOLDER)
    # Else numba would turn to folders that nobody has looked at where this one fails.
    numba.config.CACHE_LOCATOR_CLASSES = "UserProvidedCacheLocator"


def cache_note() -> str | None:
    """What a user should know of the cache: that a folder was not trusted, and what helps."""
    if not _REFUSED:
        return None
    kept = f"are kept in {_FOLDER}" if _FOLDER is not None else "compile anew in each process"
    return (
        f"note: kernels {kept}: {'; '.join(_REFUSED)}, and what lies in a kernel cache is "
        "executed. Name a folder of your own in NUMBA_CACHE_DIR"
    )


def never_compiled() -> bool:
    """Whether the cache holds no kernel at all, as on a machine that runs for the first time."""
    try:
        return _FOLDER is not None and next(_FOLDER.rglob("*.nbi"), None) is None
    except OSError:
        return False  # it may not be looked into


# ── Signatures from annotations ──────────────────────────────────────────────────────────────────


class Fields:
    """Base of records: named numbers in one place, which kernels read and write.

    A subclass annotates its fields with numpy scalar types (or ``int`` for int64); a kernel that
    takes the class as an annotation reads ``state.now`` as fast as a local array.
    """

    @classmethod
    def zeros(cls) -> Self:
        """A record of zeros. It is a numpy record: a view of memory that kernels write to."""
        dtype = _record_dtype(cls)
        return cast(Self, np.zeros(1, dtype=np.dtype((np.record, dtype)))[0])


class _Quick:
    """The fields of a record, each through a view of its own."""

    def __init__(self, record: Fields) -> None:
        memory = cast(Any, record).base  # the array that the record is the one entry of
        views = {name: memoryview(memory[name]) for name in memory.dtype.names}
        object.__setattr__(self, "_views", views)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._views[name][0]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self._views[name][0] = value


R = TypeVar("R", bound=Fields)


def quick(record: R) -> R:
    """The same fields as a record's, read and written from Python without numpy's detour.

    That takes microseconds a field, which counts where it is done for every segment of a campaign.
    Kernels take the record itself.
    """
    return cast(R, _Quick(record))


def _record_dtype(cls: type) -> np.dtype[Any]:
    """The fields of a record as numpy's dtype, aligned as C does it."""
    fields = [
        (name, np.dtype(np.int64 if kind is int else kind))
        for name, kind in get_type_hints(cls).items()
    ]
    return np.dtype(fields, align=True)


def _numba_type(hint: Any) -> Any:
    """Numba's type for an annotation; see :func:`kernel` for those that are known."""
    if hint is None or hint is type(None):
        return types.void
    if hint in (int, bool):
        return types.int64 if hint is int else types.boolean
    dimensions = 1
    if get_origin(hint) is Annotated:
        hint, dimensions = get_args(hint)
    if get_origin(hint) is np.ndarray:
        (dtype,) = get_args(get_args(hint)[1])
        return types.Array(numba.from_dtype(np.dtype(dtype)), dimensions, "C")
    if issubclass(hint, Fields):
        return numba.from_dtype(np.dtype((np.record, _record_dtype(hint))))
    if issubclass(hint, tuple):  # a NamedTuple
        fields = get_type_hints(hint, include_extras=True).values()
        return types.BaseTuple.from_types([_numba_type(field) for field in fields], hint)
    return numba.from_dtype(np.dtype(hint))


_OPTIONS = {"nogil": True, "no_cfunc_wrapper": True}
"""Python alone calls kernels: an entry for C would be compiled for nobody."""


def kernel(function: F) -> F:
    """Compile a function to machine code without the interpreter, with a persistent cache.

    A kernel and all that it calls stand in one file, constants too: the cache does not see changes
    elsewhere. The signature is read from the annotations, so that a kernel has one compiled form:
    where two processes fill an empty cache at once with two forms, the index of one can end up
    naming the code of the other.

    Annotations may be ``int`` (int64), ``bool``, numpy's scalar types, ``NDArray[...]`` (one
    dimension, contiguous, writable), ``Annotated[NDArray[...], n]`` (n dimensions), a
    ``NamedTuple`` of any of these, and a subclass of :class:`Fields`.

    It works in the arrays that it is given and makes none, which numba refuses to compile: nobody
    counts who holds an array, and counting is a tenth of what there is to compile.
    """
    return _compiled(function, _nrt=False)


def kernel_with_room(function: F) -> F:
    """The same of a function that makes arrays of its own."""
    return _compiled(function)


def inlined(function: F) -> F:
    """Have a function be a part of each kernel of its file that calls it, as if written there.

    Its types are those of the call. To the compiler a call is one thing: it does not see that what
    is called could be done for several entities at once.
    """
    return register_jitable(inline="always")(function)  # type: ignore[no-any-return]


def _compiled(function: F, **options: bool) -> F:
    """A function compiled for what its annotations say."""
    hints = get_type_hints(function, include_extras=True)
    result = _numba_type(hints.pop("return"))
    signature = result(*(_numba_type(hint) for hint in hints.values()))
    options |= _OPTIONS
    try:
        compiled = numba.njit(signature, cache=_FOLDER is not None, **options)(function)
    except Exception:  # a cache on a full disk, or a damaged one; else it is raised again
        compiled = numba.njit(signature, **options)(function)
    return compiled  # type: ignore[no-any-return]


__all__ = [
    "Fields",
    "cache_folder",
    "cache_note",
    "inlined",
    "kernel",
    "kernel_with_room",
    "never_compiled",
    "quick",
]
