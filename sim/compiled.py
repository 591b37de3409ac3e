"""One way to compile a kernel, with a cache that survives a read-only install.

Numba keeps compiled code beside the source or in a user folder, and fails where it can write
neither. Here the folder is chosen once: the first one that can be written, of ``NUMBA_CACHE_DIR``,
the user's cache folder and the system's temporary folder. Where none can be written, or a cache
cannot be used, kernels compile anew in each process and everything still works.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])


def _candidates() -> list[Path]:
    """Cache folders in order of preference."""
    folders = []
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        folders.append(Path(given))
    home = os.environ.get("XDG_CACHE_HOME")
    with contextlib.suppress(RuntimeError):  # no home folder can be determined
        folders.append((Path(home) if home else Path.home() / ".cache") / "ringfence" / "numba")
    user = str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    with contextlib.suppress(OSError):  # no temporary folder can be written, as on a full disk
        folders.append(Path(tempfile.gettempdir()) / f"ringfence-{user}" / "numba")
    return folders


def cache_folder() -> Path | None:
    """The first folder that can be written, or None. Creates it."""
    for folder in _candidates():
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return None


_FOLDER = cache_folder()
if _FOLDER is not None:
    numba.config.CACHE_DIR = str(_FOLDER)


def kernel(signature: str) -> Callable[[F], F]:
    """Compile a function to machine code without the interpreter, with a persistent cache.

    A kernel and all that it calls stand in one file: the cache does not see changes elsewhere. The
    signature is explicit, so that a kernel has one compiled form: where two processes fill an empty
    cache at once with two forms, the index of one can end up naming the code of the other.

    Parameters
    ----------
    signature
        Numba's notation: ``int64(int64[::1], boolean)``.
    """

    def decorate(function: F) -> F:
        try:
            compiled = numba.njit(signature, cache=_FOLDER is not None, nogil=True)(function)
        except Exception:  # a cache on a full disk, or a damaged one; else it is raised again
            compiled = numba.njit(signature, nogil=True)(function)
        return compiled  # type: ignore[no-any-return]

    return decorate


__all__ = ["cache_folder", "kernel"]
