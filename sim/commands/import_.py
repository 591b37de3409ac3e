"""``ringfence import``: bring a real dialer's log and lists into what an audit reads."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Any

import click

from sim.commands.loading import JOBS
from sim.errors import OptionError

_FILE = click.Path(path_type=Path, dir_okay=False)


@dataclass(frozen=True, slots=True)
class _Beside:
    """Lists beside a log: the values of :data:`_LISTS`."""

    registers: tuple[str, ...]
    opposition: Path | None
    optouts: Path | None
    consents: Path | None
    statuses: Path | None


_LISTS = (
    click.option(
        "--register",
        "registers",
        metavar="NAME=FILE",
        multiple=True,
        help="A do-not-call list: tps=tps.csv, national_dnc=dnc.csv. Repeat it.",
    ),
    click.option("--opposition", type=_FILE, help="Numbers that are marked as refusing."),
    click.option("--optouts", type=_FILE, help="Who asked not to be called again, and when."),
    click.option("--consents", type=_FILE, help="Who consented, from when to when."),
    click.option("--statuses", type=_FILE, help="VICIdial's table of statuses, with a header."),
)


def _lists(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command :data:`_LISTS`; it gets their values as one, ``beside``."""

    @wraps(command)
    def with_lists(**values: Any) -> None:
        beside = _Beside(**{field.name: values.pop(field.name) for field in fields(_Beside)})
        command(beside=beside, **values)

    for option in reversed(_LISTS):
        with_lists = option(with_lists)
    return with_lists


@click.command(name="import")
@click.argument("files", nargs=-1, type=_FILE)
@click.option(
    "--from", "format_", metavar="FORMAT", help="What wrote the log; --formats lists them."
)
@click.option("--map", "map_", type=_FILE, help="Or how to read it: a mapping file of your own.")
@click.option("--clock", metavar="ZONE", help="Zone of the server's clock: Europe/Paris.")
@click.option("--region", metavar="CC", help="Country of numbers in a national form, such as FR.")
@click.option(
    "--setting", "settings", metavar="NAME=VALUE", multiple=True, help="What the log does not tell."
)
@click.option("--key", type=_FILE, help="The key that names lines; ringfence key makes one.")
@click.option("--out", type=click.Path(path_type=Path), help="The directory to make.")
@_lists
@click.option("--encoding", metavar="NAME", help="Of a file that is no UTF-8: cp1252.")
@click.option("--delete-by", metavar="DATE", help="Last day to keep it; by default in six months.")
@click.option("--new-map", type=_FILE, help="Write a mapping for FILE from its header, and stop.")
@click.option("--formats", is_flag=True, help="List the formats that are known, and stop.")
@click.option("--json", "as_json", is_flag=True, help="The manifest on standard output.")
@JOBS
def import_(
    files: tuple[Path, ...],
    format_: str | None,
    map_: Path | None,
    clock: str | None,
    region: str | None,
    settings: tuple[str, ...],
    key: Path | None,
    out: Path | None,
    beside: _Beside,
    **options: Any,
) -> None:
    """Bring a real dialer's log into a directory that ringfence audit reads.

    Numbers become keyed names of lines, stamps become moments in UTC, codes become dispositions;
    what the log does not tell is left unknown, and nothing is guessed. What came of it is told by
    count: no cell's content is ever shown, and nothing is written by halves.
    """
    if options["formats"]:
        _tell_formats()
        return
    if options["new_map"] is not None:
        _draft(files, options["new_map"], options["encoding"])
        return
    from sim.intake.keys import not_inside, read_key
    from sim.intake.told import lines
    from sim.jobs.importing import Asked, import_calls, see_region

    if not files:
        raise OptionError("name a file to import")
    if (format_ is None) == (map_ is None):
        raise OptionError("say what wrote the log: --from FORMAT, or --map FILE; one of the two")
    if clock is None or key is None or out is None:
        raise OptionError("--clock ZONE, --key KEYFILE and --out DIR are needed")
    _see_clock(clock)
    see_region(region)
    not_inside(key, out)
    mapping, text = _mapping(format_, map_)
    asked = Asked(
        files=files,
        mapping=mapping,
        mapping_text=text,
        clock=clock,
        region=region,
        key=read_key(key),
        out=out,
        settings=settings,
        encoding=options["encoding"],
        registers=_registers(beside.registers),
        opposition=beside.opposition,
        optouts=beside.optouts,
        consents=beside.consents,
        statuses=beside.statuses,
        delete_by=_day(options["delete_by"]),
        workers=options["jobs"] or 2,
    )
    manifest = import_calls(asked)
    if options["as_json"]:
        click.echo(json.dumps(manifest, indent=2, ensure_ascii=False))
        return
    for line in lines(mapping.name, mapping.tried, manifest["counts"]):
        click.echo(line)
    _tell_lists(manifest["lists"])
    click.echo(f"imported: {out}, to be deleted by {manifest['delete_by']}")
    click.echo(f"next: ringfence audit {out} --regime ID")


def _tell_lists(lists: dict[str, dict[str, int]]) -> None:
    """Say how many rows came of each list."""
    for name, n in lists.items():
        lifted = f", {n['lifted']:,} were lifted later and stand" if n.get("lifted") else ""
        bad = f", {n['bad']:,} cannot be used" if n["bad"] else ""
        click.echo(f"  {name}: {n['rows']:,} rows{bad}{lifted}")


def _mapping(format_: str | None, map_: Path | None) -> tuple[Any, str]:
    """The mapping, and the text of its file."""
    from sim.intake.known import format_text, load_format, load_mapping

    if map_ is not None:
        return load_mapping(map_)
    assert format_ is not None
    return load_format(format_), format_text(format_)


def _tell_formats() -> None:
    from sim.intake.known import format_names, load_format

    for name in format_names():
        mapping = load_format(name)
        tried = "" if mapping.tried else "; layout read, never tried"
        click.echo(f"{name:14} {mapping.name}{tried}")
        for setting, each in mapping.settings.items():
            allowed = f" ({', '.join(each.allowed)})" if each.allowed else ""
            click.echo(f"{'':14} --setting {setting}=…{allowed}: {each.meaning}")


def _draft(files: tuple[Path, ...], out: Path, encoding: str | None) -> None:
    from sim.intake.draft import MAPPING, draft
    from sim.outputs import claim

    if len(files) != 1:
        raise OptionError("--new-map wants one file, with a header")
    output = claim(out, MAPPING, inputs=files)
    output.write(draft(files[0], encoding))
    click.echo(f"mapping: {out}; complete it, then ringfence import --map {out}")


def _see_clock(clock: str) -> None:
    from zoneinfo import available_timezones

    from sim.document.zones import fixed_zone

    if clock not in available_timezones():
        from difflib import get_close_matches

        near = get_close_matches(clock, available_timezones(), 1)
        raise OptionError(
            "--clock is no IANA time zone",
            nearest=near[0] if near else "",
            allowed="Europe/Paris, …",
        )
    warning = None if clock == "UTC" else fixed_zone(clock)
    if warning is not None:
        click.echo(f"--clock: {warning}", err=True)


def _registers(written: tuple[str, ...]) -> dict[str, Path]:
    import re

    found: dict[str, Path] = {}
    for each in written:
        name, equals, path = each.partition("=")
        if not equals or not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", name) or not path:
            raise OptionError("--register is NAME=FILE, as tps=tps.csv")
        if name in found:
            raise OptionError(f"--register {name} stands twice")
        found[name] = Path(path)
    return found


def _day(text: str | None) -> dt.date | None:
    from sim.regimes.fields import asked_date

    return None if text is None else asked_date(text, "--delete-by")
