"""Who is let in, what is given away, and what a store holds; without a browser."""

from __future__ import annotations

import csv
import io
import json
import socket
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient

from analysis.dashboard.app import dashboard_of
from analysis.dashboard.guard import guard_of
from analysis.dashboard.markup import components
from analysis.dashboard.place import Place, place_of
from analysis.dashboard.shelf import Shelf
from sim.errors import RunDirectoryError

HOST = "127.0.0.1:8050"
OWN = {"Host": HOST}
TOKEN = "a-token-that-is-known"


@pytest.fixture(scope="module")
def stranger(store: Path) -> FlaskClient:
    """A client that does not know the token."""
    server = dashboard_of(store, guard_of("127.0.0.1", 8050, TOKEN)).server
    return server.test_client(use_cookies=False)


@pytest.fixture(scope="module")
def reader(stranger: FlaskClient) -> FlaskClient:
    """A client that came by the printed address."""
    client = stranger.application.test_client()
    arrived = client.get(f"/?token={TOKEN}", headers=OWN, base_url=f"http://{HOST}")
    assert arrived.status_code == 303
    assert arrived.headers["Location"] == "/"
    assert "HttpOnly" in arrived.headers["Set-Cookie"]
    assert "SameSite=Lax" in arrived.headers["Set-Cookie"]
    return client


def got(client: FlaskClient, path: str, **headers: str) -> Any:
    return client.get(path, headers={**OWN, **headers}, base_url=f"http://{HOST}")


# ── Who is let in ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/assets/dashboard.js", "/run/france"])
def test_without_the_token_nothing_is_given(stranger: FlaskClient, path: str) -> None:
    answer = got(stranger, path)
    assert answer.status_code == 403
    assert "as the command printed it" in answer.text
    assert got(stranger, f"{path}?token=another").status_code == 403


@pytest.mark.parametrize("host", ["evil.example:8050", "127.0.0.1:80", "127.0.0.1.evil.example"])
def test_under_another_name_nothing_is_given(reader: FlaskClient, host: str) -> None:
    assert got(reader, "/", Host=host).status_code == 421
    assert got(reader, f"/?token={TOKEN}", Host=host).status_code == 421


@pytest.mark.parametrize("path", ["//evil.example", "///evil.example", "/\\evil.example"])
def test_the_printed_address_leads_to_no_other_server(reader: FlaskClient, path: str) -> None:
    environ = {"PATH_INFO": path, "QUERY_STRING": f"token={TOKEN}", "HTTP_HOST": HOST}
    answer = reader.open(environ_overrides=environ, base_url=f"http://{HOST}")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/evil.example"


CALL = {
    "output": "main.children",
    "outputs": {"id": "main", "property": "children"},
    "inputs": [
        {"id": "url", "property": "pathname", "value": "/"},
        {"id": "url", "property": "search", "value": ""},
    ],
    "changedPropIds": ["url.pathname"],
}


def asked(client: FlaskClient, path: str, search: str = "", **headers: str) -> Any:
    """The page of an address, as the browser asks for it."""
    call = json.loads(json.dumps(CALL))
    call["inputs"][0]["value"], call["inputs"][1]["value"] = path, search
    return client.post(
        "/_dash-update-component",
        json=call,
        headers={**OWN, **headers},
        base_url=f"http://{HOST}",
    )


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", f"https://{HOST}"])
def test_what_acts_must_come_from_our_own_pages(reader: FlaskClient, origin: str | None) -> None:
    headers = {} if origin is None else {"Origin": origin}
    assert asked(reader, "/", **headers).status_code == 403


def test_our_own_pages_are_answered(reader: FlaskClient) -> None:
    answer = asked(reader, "/", Origin=f"http://{HOST}")
    assert answer.status_code == 200
    assert "Runs and studies" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Cache-Control"] == "no-store"


# ── What is given ────────────────────────────────────────────────────────────────────────────────

OUTSIDE = ("..", "/etc", "../store/france", "france/../../x", "away", "a\0b", ".hidden", "nobody")


@pytest.mark.parametrize("name", OUTSIDE)
def test_nothing_outside_of_the_store_is_opened(store: Path, name: str) -> None:
    with pytest.raises(RunDirectoryError, match="the store has no run or study"):
        Shelf(store).run(name)


@pytest.mark.parametrize("name", ["..%2F..%2Fetc", "away", "torn", "newer", "holiday", "%00"])
def test_what_cannot_be_opened_is_a_page_with_the_reason(reader: FlaskClient, name: str) -> None:
    answer = asked(reader, f"/run/{name}", Origin=f"http://{HOST}")
    assert answer.status_code == 200
    assert "This cannot be shown" in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("address", ["/nowhere", "/run", "/run//", "/run/france/nothing", "/%ff"])
def test_a_hand_edited_address_is_a_page(reader: FlaskClient, address: str) -> None:
    answer = asked(reader, address, "?part=&&=x&sort=;drop", Origin=f"http://{HOST}")
    assert answer.status_code == 200
    assert "data-title" in answer.text


def test_a_sweep_and_a_plan_have_pages_of_their_own(reader: FlaskClient) -> None:
    own = {"Origin": f"http://{HOST}"}
    drawn = asked(reader, "/sweep/map", "?number=cost&threshold=500", **own).text
    assert "How it changes: small" in drawn
    assert "Red: cost of 500, solid by the median" in drawn
    assert "9 points, 4 draws" in drawn
    odd = asked(reader, "/sweep/map", "?threshold=nan&number=x", **own).text
    assert "People reached (P50), many" in odd
    assert "Red: cost" not in odd
    plan = asked(reader, "/plan/enough", **own).text
    assert "enough to finish before cutoff in 75 % of 4 draws: many" in plan
    assert "3 of 4 draws with 5" in plan
    assert "enough is no sweep" in asked(reader, "/sweep/enough", **own).text


def test_points_of_a_sweep_can_be_saved(reader: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(got(reader, "/export/sweep/map/points.csv").text)))
    assert len(rows) == 18
    assert rows[3]["dialing.channels"] == "60"
    table = pq.read_table(io.BytesIO(got(reader, "/export/plan/enough/points.parquet").data))
    assert table.column("enough").to_pylist() == [3.0, None, 5.0, 2.0]


def test_a_choice_that_the_run_does_not_have_is_passed_over(reader: FlaskClient) -> None:
    search = "?part=nothing&strategy=nobody&territory=x&day=2017-13-45"
    answer = asked(reader, "/run/france", search, Origin=f"http://{HOST}")
    assert "The strategies side by side" in answer.text


def test_an_exported_table_is_the_stored_one(reader: FlaskClient, store: Path) -> None:
    stored = (store / "france" / "territories.parquet").read_bytes()
    with got(reader, "/export/run/france/territories.parquet") as answer:
        assert answer.data == stored
    told = got(reader, "/export/run/france/territories.csv").text
    rows = list(csv.DictReader(io.StringIO(told)))
    table = pq.read_table(store / "france" / "territories.parquet").to_pylist()
    assert [row["territory"] for row in rows] == [row["territory"] for row in table]
    assert [int(row["people_reached"]) for row in rows] == [r["people_reached"] for r in table]


@pytest.mark.parametrize(
    "path",
    [
        "/export/run/france/nothing.csv",
        "/export/run/torn/timeline.parquet",
        "/export/run/away/timeline.csv",
        "/numbers/france/nothing",
        "/numbers/nobody/1",
        "/numbers/france/999",
    ],
)
def test_what_cannot_be_given_is_a_line(reader: FlaskClient, path: str) -> None:
    answer = got(reader, path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_the_store_tells_what_lies_in_it(store: Path) -> None:
    found = {entry.id: entry for entry in Shelf(store).entries()}
    assert found["france"].kind == "run"
    assert found["france"].strategies == ("as-run", "three-attempts", "cnil-compliant")
    assert (found["map"].kind, found["enough"].kind) == ("sweep", "plan")
    assert found["enough"].question == "finish before cutoff: dialing.channels"
    assert found["notes.txt"].state == "a file, not a run"
    assert found["holiday"].state == "a folder that is no run"
    assert found["away"].state == "a link, which is not followed"
    assert "this version reads up to" in found["newer"].state
    assert found[".france.partial-00000000-1-0"].kind == "live"


def test_a_run_that_changes_is_opened_anew(france: Path, tmp_path: Path) -> None:
    import shutil

    shelf = Shelf(tmp_path)
    with pytest.raises(RunDirectoryError):
        shelf.run("late")
    shutil.copytree(france, tmp_path / "late")
    assert shelf.run("late").name == "france-2017"
    shutil.rmtree(tmp_path / "late")
    with pytest.raises(RunDirectoryError):
        shelf.run("late")


# ── The address, the markup, the command ─────────────────────────────────────────────────────────


def test_an_address_says_what_is_chosen_and_comes_back() -> None:
    place = Place(("run", "a/b ü"), {"strategy": "a&b=c", "day": "2017-04-20"})
    path, _, search = place.address.partition("?")
    assert place_of(path, f"?{search}") == place
    assert place.but(day="").chosen == {"strategy": "a&b=c"}


def test_markup_of_the_report_becomes_components() -> None:
    (table,) = components('<p class="lead" style="border-color:red">a &lt;b&gt;<br>c</p>')
    told = table.to_plotly_json()  # type: ignore[union-attr]
    assert told["type"] == "P"
    assert told["props"]["className"] == "lead"
    assert told["props"]["style"] == {"borderColor": "red"}
    assert told["props"]["children"][0] == "a <b>"


def test_a_port_in_use_is_one_line(ringfence: Any, store: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        answer = ringfence("dashboard", store, "--port", str(taken.getsockname()[1]))
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert "in use" in answer.err
    assert "--port" in answer.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere",), "nowhere does not exist"),
        (("{store}/france",), "is a run itself"),
        (("{store}/notes.txt",), "is a file, not a folder of runs"),
        (("{store}", "--host", "0.0.0.0"), "name the one that is meant"),
    ],
)
def test_a_store_that_is_none_is_one_line(
    ringfence: Any, store: Path, arguments: tuple[str, ...], words: str
) -> None:
    answer = ringfence("dashboard", *(one.format(store=store) for one in arguments))
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert words in answer.err


def test_without_dash_one_line_says_how_to_install_it(
    ringfence: Any, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if "dash" in name else find(name, *a)
    )
    answer = ringfence("dashboard", store)
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert "pip install 'ringfence[dashboard]'" in answer.err
