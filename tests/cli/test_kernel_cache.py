"""Compiled kernels: kept between processes, and never in the way."""

from __future__ import annotations

import os
import pickle
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from sim import compiled
from sim.commands import kernels
from tests.cli.conftest import PROGRAM, ROOT, environment

RUN = ("run", "trial.yaml", "--scale", "1%")


def python(code: str, *arguments: str | Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run a piece of Python in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=environment(PYTHONDONTWRITEBYTECODE="1", **changes),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=600,  # an empty cache takes half a minute of a core, of which there may be a tenth
    )


WHOLE = pytest.param(RUN, marks=pytest.mark.verify, id="a run")


@pytest.mark.parametrize(
    "command", [WHOLE, pytest.param(("validate", "trial.yaml"), id="two rooms of kernels")]
)
def test_a_read_only_install_with_nowhere_to_keep_kernels(
    here: Path, command: tuple[str, ...]
) -> None:
    """No folder can be written but the one for the run. Root may write anywhere: so no path leads
    to the others, and what root could write beside the source is looked for.

    A run compiles all kernels, which takes most of a minute: ``make verify``. Each time, those of
    two rooms are compiled, and a command is given.
    """
    install = here / "install"
    for package in ("sim", "analysis"):
        skip = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, install / package, ignore=skip)
    everything = [install, *install.rglob("*")]
    for path in everything:
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    nowhere = here / "trial.yaml" / "nothing"  # below a file there can be nothing
    code = (
        "import sys, tempfile\n"
        "tempfile.tempdir = sys.argv.pop(1)\n"
        "import sim.compiled, sim.cli, analysis\n"
        "from sim import streams\n"
        "from sim.measure import counting\n"
        "assert sim.compiled.cache_folder() == (None, ())\n"
        "assert sim.__file__.startswith(sys.path[1]), sim.__file__\n"
        "kernels = [streams._fill, *(v for v in vars(counting).values() if hasattr(v, 'stats'))]\n"
        "assert len(kernels) > 2\n"
        "assert not any(sum(each.stats.cache_hits.values()) for each in kernels)\n"
        "sys.argv[0] = 'ringfence'\n"
        "sim.cli.main()\n"
    )
    folders = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "TMPDIR", "NUMBA_CACHE_DIR"), str(nowhere))
    out = ("--out", here / "run") if command == RUN else ()
    done = python(code, nowhere, *command, *out, PYTHONPATH=str(install), **folders)
    assert done.returncode == 0, done.stderr
    assert ("people reached" if out else "trial.yaml: fine") in done.stdout
    assert [install, *install.rglob("*")] == everything
    for path in reversed(everything):
        path.chmod(0o755)


FOUND = """
import sys
from importlib import import_module
kernels = {v for m in sys.argv[1:] for v in vars(import_module(m)).values() if hasattr(v, 'stats')}
for each in kernels:
    hits, misses = each.stats.cache_hits, each.stats.cache_misses
    print(each.__name__, sum(hits.values()), sum(misses.values()))
"""
"""Tells of the kernels of modules how often the cache had them, and how often it had not."""


def at_once(here: Path, *commands: Sequence[str | Path]) -> None:
    """Start commands at once, with one empty folder for kernels; all must do well."""
    kept = environment(NUMBA_CACHE_DIR=str(here / "kernels"), PYTHONPATH=str(here))
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    both = [subprocess.Popen([*map(str, c)], cwd=here, env=kept, **pipes) for c in commands]
    for process in both:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err


def all_found(here: Path, *modules: str) -> set[str]:
    """The kernels of modules, each of which the cache must have had."""
    done = python(FOUND, *modules, NUMBA_CACHE_DIR=str(here / "kernels"), PYTHONPATH=str(here))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines
    assert all(line.endswith(" 1 0") for line in lines)
    return {line.split()[0] for line in lines}


THREE = """
from sim.compiled import kernel

@kernel
def first(number: int) -> int:
    return number + 1

@kernel
def second(number: int) -> int:
    return 2 * first(number)

@kernel
def third(number: int) -> int:
    return first(number) + second(number)
"""


def test_two_processes_that_start_at_once_and_a_third_that_finds_the_cache(here: Path) -> None:
    """With three small kernels that call each other; with all of a run in ``make verify``."""
    (here / "three.py").write_text(THREE, encoding="utf-8")
    command = (sys.executable, "-c", f"{FOUND}import three; assert three.third(1) == 6", "three")
    at_once(here, command, command)
    assert all_found(here, "three") == {"first", "second", "third"}


@pytest.mark.verify
def test_two_rooms_of_kernels_that_are_compiled_at_once(here: Path) -> None:
    rooms = ("sim.streams", "sim.measure.counting")
    command = (sys.executable, "-c", FOUND, *rooms)
    at_once(here, command, command)
    assert len(all_found(here, *rooms)) > 2


@pytest.mark.verify
def test_two_runs_that_start_at_once_and_a_third_that_finds_the_cache(here: Path) -> None:
    at_once(here, *((PROGRAM, *RUN, "--out", name) for name in ("one", "two")))
    tables = [
        {file.name: file.read_bytes() for file in (here / name).glob("*.parquet")}
        for name in ("one", "two")
    ]
    assert tables[0] == tables[1]
    fast = ("kernel", "sift", "inbound")
    rooms = ("sim.streams", *(f"sim.engine.fast.{room}" for room in fast), "sim.measure.counting")
    found = all_found(here, *rooms)
    assert "place" in found
    assert len(found) > 5


@pytest.fixture
def plus_one(here: Path) -> Path:
    """A module with a kernel."""
    file = here / "plus.py"
    file.write_text(
        "from sim.compiled import kernel\n\n\n"
        "@kernel\ndef plus_one(number: int) -> int:\n    return number + 1\n",
        encoding="utf-8",
    )
    return file


def start(plus_one: Path, before: str = "") -> str:
    """What a process says of the kernel: its result, and how often the cache had it."""
    code = (
        f"{before}\n"
        "from plus import plus_one\n"
        "print(plus_one(1), sum(plus_one.stats.cache_hits.values()))\n"
    )
    folder = plus_one.parent
    done = python(code, PYTHONPATH=str(folder), NUMBA_CACHE_DIR=str(folder / "kernels"))
    assert done.stderr == ""
    return done.stdout.strip()


def test_a_damaged_cache_is_passed_over(plus_one: Path) -> None:
    assert start(plus_one) == "2 0"
    assert start(plus_one) == "2 1"
    for kind in ("nbi", "nbc"):
        (file,) = (plus_one.parent / "kernels").rglob(f"*.{kind}")
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) // 2])
        assert start(plus_one) == "2 0"
        file.write_bytes(whole)


def test_a_cache_on_a_full_disk_is_passed_over(plus_one: Path) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))"
    full = f"import sys; sys.dont_write_bytecode = True; {limit}"
    assert start(plus_one, full) == "2 0"
    assert start(plus_one) == "2 0"
    assert start(plus_one) == "2 1"


def test_no_temporary_folder_at_all(plus_one: Path) -> None:
    """Python then refuses to name one."""
    nothing = "import tempfile\ndef refuse(): raise FileNotFoundError\ntempfile.gettempdir = refuse"
    assert start(plus_one, nothing) == "2 0"


class Planted:
    """What a stranger would leave in a cache: unpickled, it makes a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.marker,)


OPENED = [
    pytest.param(lambda folder: folder.chmod(0o777), id="others can write into it"),
    pytest.param(
        lambda folder: os.chown(folder, 12345, 12345),
        id="it belongs to another user",
        marks=pytest.mark.skipif(os.geteuid() != 0, reason="only root gives folders away"),
    ),
]


@pytest.mark.parametrize("opened", OPENED)
def test_nothing_is_loaded_from_where_others_could_have_put_it(
    plus_one: Path, opened: Callable[[Path], None]
) -> None:
    here = plus_one.parent
    shared = here / "tmp"
    shared.mkdir()
    shared.chmod(0o1777)
    folder = shared / f"ringfence-{os.getuid()}" / "numba"
    code = (
        "import sys; from plus import plus_one; from sim.compiled import cache_note\n"
        "print(plus_one(1), sum(plus_one.stats.cache_hits.values()), cache_note())"
    )
    nowhere = {"HOME": "/dev/null", "XDG_CACHE_HOME": "/dev/null"}

    def start() -> str:
        done = python(code, PYTHONPATH=str(here), TMPDIR=str(shared), NUMBA_CACHE_DIR="", **nowhere)
        assert done.stderr == ""
        return done.stdout.strip()

    assert start() == "2 0 None"
    assert start() == "2 1 None"
    marker = here / "owned"
    for file in folder.rglob("*.nb?"):
        file.write_bytes(pickle.dumps(Planted(marker)) * 2)
    opened(folder)
    said = start()
    assert not marker.exists()
    assert said.startswith("2 0 note: kernels compile anew in each process: ")
    assert "NUMBA_CACHE_DIR" in said


def test_an_error_of_a_kernel_is_still_told(here: Path) -> None:
    (here / "wrong.py").write_text(
        "from sim.compiled import kernel\n\n\n"
        "@kernel\ndef wrong(number: int) -> int:\n    return number + nothing\n",
        encoding="utf-8",
    )
    done = python("import wrong", PYTHONPATH=str(here))
    assert done.returncode == 1
    assert "NameError: name 'nothing' is not defined" in done.stderr.replace('NameError("', "")


ROOMS = """
import sys
import numba
import numpy as np
from numpy.typing import NDArray
from typing import NamedTuple
from sim.compiled import kernel, kernel_with_room

class Pair(NamedTuple):
    left: NDArray[np.int64]
    right: NDArray[np.int64]

@kernel
def swap(pair: Pair, other: NDArray[np.int64]) -> None:
    pair.left[0], pair.right[0], other[0] = pair.right[0], pair.left[0], 7

@kernel_with_room
def zeros(number: int) -> int:
    return np.zeros(number, np.int64).shape[0]

def the_same(number: int) -> int:
    return np.zeros(number, np.int64).shape[0]

def refused() -> bool:
    try:
        kernel(the_same)
    except numba.core.errors.NumbaError:
        return True
    return False

arrays = [np.full(9, i) for i in range(3)]
before = [sys.getrefcount(each) for each in arrays]
for _ in range(101):
    swap(Pair(*arrays[:2]), arrays[2])
print([sys.getrefcount(each) for each in arrays] == before, [int(each[0]) for each in arrays])
print(refused(), zeros(5))
"""


def test_kernels_leave_arrays_to_who_gave_them(here: Path) -> None:
    """None holds one after it has ended; one that would make arrays must say so."""
    (here / "rooms.py").write_text(ROOMS, encoding="utf-8")
    for _ in range(2):  # the second time as kept
        done = python("import rooms", PYTHONPATH=str(here), NUMBA_CACHE_DIR=str(here / "kernels"))
        left, right = 1, 0  # swapped an odd number of times
        assert done.stdout.splitlines()[:1] == [f"True [{left}, {right}, 7]"], done.stderr
        assert done.stdout.splitlines()[1:] == ["True 5"]


def test_an_empty_cache_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then kernels are compiled in two processes; with one kernel in it nothing is done ahead."""
    monkeypatch.setattr(compiled, "_FOLDER", tmp_path)
    assert compiled.never_compiled()
    (tmp_path / "some_1a2b").mkdir()
    (tmp_path / "some_1a2b" / "kernel.place-1.py311.nbi").touch()
    assert not compiled.never_compiled()
    monkeypatch.setattr(compiled, "_FOLDER", None)
    assert not compiled.never_compiled()


def test_all_modules_with_kernels_are_compiled_ahead_once() -> None:
    """One that were left out would be compiled by one process, while the other waits."""
    ahead = [name for together in kernels.KERNELS for name in together]
    with_kernels = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for file in (ROOT / "sim").rglob("*.py")
        if "\n@kernel" in file.read_text(encoding="utf-8")
    }
    assert sorted([*ahead, "sim.engine.fast.lived"]) == sorted(with_kernels)  # heads are seldom


@pytest.mark.verify
def test_no_process_compiles_what_another_does(tmp_path: Path) -> None:
    """Apart from streams, which are small: what imports another's kernels stands with it."""
    code = (
        "import sys; from importlib import import_module\n"
        "for name in sys.argv[1:]: import_module(name)\n"
        "print(*(n for n, m in sys.modules.items() if n.startswith('sim.')\n"
        "    and any(hasattr(v, 'nopython_signatures') and v.py_func.__module__ == n\n"
        "        for v in vars(m).values())))"
    )
    for i, together in enumerate(kernels.KERNELS):
        done = python(code, *together, NUMBA_CACHE_DIR=str(tmp_path / str(i)))
        made = set(done.stdout.split())
        assert set(together) <= made <= {*together, "sim.streams"}, done.stderr


@pytest.mark.verify
def test_an_empty_cache_is_filled_by_two_processes(tmp_path: Path) -> None:
    """As many kernels as one process makes, each whole: the next run compiles none."""
    code = (
        "import time; from sim.commands.kernels import tell_of_kernels; tell_of_kernels(); "
        "began = time.process_time(); import sim.jobs.check; print(time.process_time() - began)"
    )
    first = python(code, NUMBA_CACHE_DIR=str(tmp_path))
    assert "compiling kernels" in first.stderr
    made = sorted(tmp_path.rglob("*.nbi"))
    assert made
    second = python(code, NUMBA_CACHE_DIR=str(tmp_path))
    assert "compiling kernels" not in second.stderr
    assert sorted(tmp_path.rglob("*.nbi")) == made
