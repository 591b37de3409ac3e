"""Damaged run directories and baselines are refused in words, and never shown."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.errors import BaselineError, RingfenceError, RunDirectoryError
from sim.outputs import BASELINE
from sim.store.baseline import Baseline, read_baseline
from sim.store.manifest import MANIFEST, METRICS, SEAL, seal
from sim.store.read import Run, load_run
from sim.store.verify import verify
from tests.fuzz.run_directories import damage_run, damaged_baseline, fresh_copy

RUNS = 60
FORGED = 80
BASELINES = 300
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sound(outcome: Any) -> Path:
    """A run with its call log."""
    path: Path = outcome.path
    return path


def one_line(text: str, done: str) -> None:
    """Words for people: short, on one line, nothing that moves a terminal."""
    assert text.isprintable(), done
    assert len(text) < 600, done


def read_all(run: Path) -> None:
    """Read what a report and an audit read."""
    found = load_run(run)
    for file in found.manifest["files"]:
        if file.endswith(".parquet"):
            found.arrow(file.removesuffix(".parquet"))


def test_a_sound_run_is_read_and_verified(sound: Path) -> None:
    read_all(sound)
    found = verify(sound)
    assert (found.different, found.strangers) == ((), ())


@pytest.mark.parametrize(
    "kind", [pa.null(), pa.list_(pa.int64()), pa.binary(), pa.uint8()], ids=str
)
def test_a_sealed_table_of_another_type_differs(sound: Path, tmp_path: Path, kind: Any) -> None:
    """All digests but that of the values fit: what has none differs as well as what has another."""
    run = fresh_copy(sound, tmp_path / "run")
    table = pq.read_table(run / "timeline.parquet")
    other = table.set_column(1, table.column_names[1], pa.nulls(len(table), kind))
    pq.write_table(other, run / "timeline.parquet")
    content = (run / "timeline.parquet").read_bytes()
    manifest = json.loads((run / MANIFEST).read_text("utf-8"))
    manifest["files"]["timeline.parquet"] |= {
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    manifest[SEAL] = seal(manifest)
    (run / MANIFEST).write_text(json.dumps(manifest), "utf-8")
    (told,) = verify(run).different
    assert "timeline.parquet is not as the run left it: its " in told


def test_damaged_runs_are_refused_in_words(sound: Path, tmp_path: Path) -> None:
    """Whatever is spoilt, reading or verifying says so, in one line; most by the first read."""
    for seed in range(RUNS):
        run = fresh_copy(sound, tmp_path / "run")
        before = {p.name: p.read_bytes() for p in run.iterdir()}
        done = damage_run(run, seed)
        same = not any(p.is_symlink() or p.is_dir() for p in run.iterdir()) and (
            {p.name: p.read_bytes() for p in run.iterdir()} == before
        )
        try:
            found = verify(run).different
        except RunDirectoryError as error:
            found = (str(error),)
        meant_the_same = not found and seal_of(run) == seal_of(sound)
        assert found or same or meant_the_same, f"{seed}: {done}"
        for line in found:
            one_line(line, done)
        for path in tmp_path.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def seal_of(run: Path) -> str:
    """What a manifest says of itself, however it is written."""
    return seal(json.loads((run / MANIFEST).read_text("utf-8")))


def test_forged_runs_raise_nothing_but_our_own_errors(sound: Path, tmp_path: Path) -> None:
    for seed in range(FORGED):
        run = fresh_copy(sound, tmp_path / "run")
        done = damage_run(run, seed, forged=True)
        try:
            read_all(run)
            verify(run)
        except RingfenceError as error:
            one_line(str(error), f"{seed}: {done}")
        except Exception as error:
            raise AssertionError(f"{seed}: {done}") from error
        for path in tmp_path.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def test_damaged_baselines_are_refused_or_are_baselines(tmp_path: Path) -> None:
    text = (ROOT / "scenarios" / "baselines" / "uk-by-election.json").read_text("utf-8")
    file = tmp_path / "b.json"
    read = 0
    for seed in range(BASELINES):
        content, done = damaged_baseline(text, seed)
        file.write_bytes(content)
        try:
            baseline = read_baseline(file)
        except BaselineError as error:
            one_line(str(error), f"{seed}: {done}")
        except Exception as error:
            raise AssertionError(f"{seed}: {done}") from error
        else:
            read += 1
            assert isinstance(baseline, Baseline)
            assert all(
                type(v) is int for counts in baseline.counters.values() for v in counts.values()
            )
    assert read < BASELINES / 3


# ── The cases that were found by hand ────────────────────────────────────────────────────────────


def edited(run: Path, change: Any, *, sealed: bool = True) -> None:
    """Change a manifest, and seal it again."""
    document = json.loads((run / MANIFEST).read_text("utf-8"))
    change(document)
    if sealed:
        document[SEAL] = seal(document)
    (run / MANIFEST).write_text(json.dumps(document), "utf-8")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: m.update(format_version=True), "format_version: a whole number"),
        (lambda m: m.pop("seed"), "seed: is missing"),
        (lambda m: m.update(seed="7"), "seed: a whole number is wanted; found 7"),
        (lambda m: m.update(seed=True), "seed: a whole number is wanted; found true"),
        (lambda m: m["scale"].update(effective=0), "scale.effective: Input should be greater"),
        (lambda m: m.update(strategies=[]), "strategies: "),
        (lambda m: m["strategies"].append("half-the-channels"), "a name stands twice"),
        (lambda m: m["plans"].popitem(), "plans: there must be one for each"),
        (lambda m: m["files"].pop("timeline.parquet"), "files: timeline.parquet is missing"),
        (lambda m: m["files"].update({"../x": m["files"][METRICS]}), "files."),
        (lambda m: m["files"].update({"/etc/hostname": m["files"][METRICS]}), "files."),
        (lambda m: m["files"]["calls.parquet"].pop("rows"), "files.calls.parquet"),
        (lambda m: m["files"]["calls.parquet"].update(bytes=-1), "files.calls.parquet"),
        (lambda m: m["scenario"].update(sha256="0" * 64), "scenario.sha256: is not that of"),
    ],
)
def test_what_a_manifest_may_not_say(sound: Path, tmp_path: Path, change: Any, words: str) -> None:
    run = fresh_copy(sound, tmp_path / "run")
    edited(run, change)
    with pytest.raises(RunDirectoryError) as refused:
        load_run(run)
    assert words in str(refused.value)
    assert MANIFEST in str(refused.value)


def test_a_manifest_that_is_not_sealed_again(sound: Path, tmp_path: Path) -> None:
    run = fresh_copy(sound, tmp_path / "run")
    edited(run, lambda m: m.update(seed=12), sealed=False)
    with pytest.raises(RunDirectoryError, match="differs from its own digest"):
        load_run(run)


def test_one_digit_of_the_metrics(sound: Path, tmp_path: Path) -> None:
    run = fresh_copy(sound, tmp_path / "run")
    text = (run / METRICS).read_text("utf-8")
    at = next(i for i, sign in enumerate(text) if sign in "12345678")
    (run / METRICS).write_text(text[:at] + "9" + text[at + 1 :], "utf-8")
    with pytest.raises(RunDirectoryError, match=r"metrics\.json is not as the run left it"):
        load_run(run)


def test_twenty_bits_of_the_call_log(sound: Path, tmp_path: Path) -> None:
    run = fresh_copy(sound, tmp_path / "run")
    content = bytearray((run / "calls.parquet").read_bytes())
    for i in range(20):
        content[1000 + 37 * i] ^= 4
    (run / "calls.parquet").write_bytes(content)
    found = load_run(run)
    for read in (
        lambda: found.calls(),
        lambda: next(found.call_batches(["line"])),
        lambda: found.arrow("calls", ["line"]),
    ):
        with pytest.raises(RunDirectoryError, match=r"calls\.parquet is not as the run left it"):
            read()
    found.arrow("timeline")  # only what is read is held against its digest


def test_tables_of_another_version(sound: Path, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from tests.fuzz.run_directories import _forge

    run = fresh_copy(sound, tmp_path / "run")
    pq.write_table(pa.table({"strategy": [{"a": 1}]}), run / "timeline.parquet")
    _forge(run)
    with pytest.raises(RunDirectoryError, match=r"the column 'strategy' is of type struct"):
        load_run(run).arrow("timeline")


def test_strangers_are_told_and_are_no_difference(sound: Path, tmp_path: Path) -> None:
    run = fresh_copy(sound, tmp_path / "run")
    (run / "notes.txt").write_text("mine")
    found = verify(run)
    assert (found.different, found.strangers) == ((), ("notes.txt",))
    assert isinstance(load_run(run), Run)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"format": "ringfence-baseline", "format_version": 1, "counters": null}', "is missing"),
        ('{"format": "ringfence-baseline", "format_version": true}', "baseline format true"),
        ('{"format": "ringfence-baseline", "format": "x"}', "'format' stands twice"),
        ('{"a": ' * 5000, "nested too deep"),
        ('{"a": 1' + "0" * 5000 + "}", "cannot read"),
        ('{"a": NaN}', "NaN is no number"),
        ("{]", "b.json:1:2: cannot read"),
    ],
)
def test_what_is_no_baseline(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "b.json"
    file.write_text(text)
    with pytest.raises(BaselineError) as refused:
        read_baseline(file)
    assert words in str(refused.value)


def test_counters_of_null_are_named(tmp_path: Path) -> None:
    text = (ROOT / "scenarios" / "baselines" / "uk-by-election.json").read_text("utf-8")
    document = json.loads(text)
    assert BASELINE.mark in text.encode()
    file = tmp_path / "b.json"
    file.write_text(json.dumps({**document, "counters": None}))
    with pytest.raises(BaselineError, match=r"b\.json: counters: a map is wanted; found None"):
        read_baseline(file)
    name = next(iter(document["counters"]))
    document["counters"][name]["attempts"] = True
    file.write_text(json.dumps(document))
    with pytest.raises(BaselineError, match=rf"counters\.{name}\.attempts: a whole number"):
        read_baseline(file)
