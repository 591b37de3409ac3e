"""What a process may still take, read from files that say so."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from sim import machine

GB = 10**9


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system of our own, with 8 GB free and no limit."""
    monkeypatch.setattr(machine, "PROC", tmp_path / "proc")
    monkeypatch.setattr(machine, "CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(
        resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    )
    (tmp_path / "proc" / "self").mkdir(parents=True)
    write(tmp_path / "proc/meminfo", f"MemTotal: 1 kB\nMemAvailable: {8 * GB // 1024} kB\n")
    return tmp_path


def write(file: Path, text: str) -> None:
    """Write a file and the folders above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "ascii")


def test_the_system_alone(system: Path) -> None:
    assert machine.free_memory() == pytest.approx(8 * GB, abs=1024)
    (system / "proc/meminfo").unlink()
    assert machine.free_memory() is None


def test_control_groups_of_the_second_version(system: Path) -> None:
    """The group above has the tighter limit; what is only cached of files is not counted."""
    write(system / "proc/self/cgroup", "0::/one/two\n")
    write(system / "cgroup/one/two/memory.max", "max\n")
    write(system / "cgroup/one/two/memory.current", "5\n")
    assert machine.free_memory() == pytest.approx(8 * GB, abs=1024)
    write(system / "cgroup/one/memory.max", f"{3 * GB}\n")
    write(system / "cgroup/one/memory.current", f"{2 * GB}\n")
    assert machine.free_memory() == GB
    write(system / "cgroup/one/memory.stat", f"anon 7\ninactive_file {GB // 2}\n")
    assert machine.free_memory() == GB + GB // 2


def test_control_groups_of_the_first_version(system: Path) -> None:
    write(system / "proc/self/cgroup", "5:cpu,memory:/here\n4:pids:/\n")
    write(system / "cgroup/memory/here/memory.limit_in_bytes", "9223372036854771712\n")
    write(system / "cgroup/memory/here/memory.usage_in_bytes", "1\n")
    assert machine.free_memory() == pytest.approx(8 * GB, abs=1024)
    write(system / "cgroup/memory/memory.limit_in_bytes", f"{2 * GB}\n")
    write(system / "cgroup/memory/memory.usage_in_bytes", f"{GB}\n")
    assert machine.free_memory() == GB


def test_limits_of_the_process(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Address space: 4 GB allowed, a million pages used. Data: 1 GB allowed, a thousand used."""
    page = resource.getpagesize()
    write(system / "proc/self/statm", "500000 7 7 7 0 1000 0\n")
    limits = {resource.RLIMIT_AS: 4 * GB, resource.RLIMIT_DATA: resource.RLIM_INFINITY}
    monkeypatch.setattr(resource, "getrlimit", lambda which: (limits[which], -1))
    assert machine.free_memory() == 4 * GB - 500_000 * page
    limits[resource.RLIMIT_DATA] = GB
    assert machine.free_memory() == GB - 1000 * page
    limits[resource.RLIMIT_DATA] = 1
    assert machine.free_memory() == 0


def test_a_disk_is_that_of_the_nearest_folder_that_exists(tmp_path: Path) -> None:
    here = machine.free_disk(tmp_path)
    assert here is not None
    assert machine.free_disk(tmp_path / "not" / "yet") == pytest.approx(here, rel=0.05)
