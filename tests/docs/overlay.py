"""The tree with a few files laid over it, as if they stood there.

``python overlay.py FOLDER ARGUMENT…`` runs pytest so: a module that FOLDER has is imported from
there. Kernels stay where they are, so their cache holds.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType


class Overlay:
    """Finds modules in a folder before they are looked for elsewhere."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's spec, where the folder has it."""
        base = self._folder.joinpath(*name.split("."))
        if (base / "__init__.py").is_file():
            # What the folder does not have of the package is found where it always was.
            return importlib.util.spec_from_file_location(
                name,
                base / "__init__.py",
                submodule_search_locations=[str(Path(*name.split(".")).absolute())],
            )
        file = base.with_suffix(".py")
        return importlib.util.spec_from_file_location(name, file) if file.is_file() else None


if __name__ == "__main__":
    import pytest

    sys.path.insert(0, str(Path.cwd()))
    sys.meta_path.insert(0, Overlay(Path(sys.argv[1])))
    sys.exit(pytest.main(sys.argv[2:]))
