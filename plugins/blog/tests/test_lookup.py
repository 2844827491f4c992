"""Looking sources up: off by default, a server of our own instead of the internet, and what answers do."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from plugins.blog import library, library_queries, looking, lookup, switches
from plugins.blog.lookup import Asker, Unreachable
from plugins.blog.models import ArticleText, Reference, ReferenceAnswer
from plugins.blog.registers import Crossref, PubMed
from plugins.blog.tests.admin_forms import opened
from plugins.blog.tests.conftest import SLUTSKY
from storefront import worker
from storefront.jobs.models import Job
from storefront.plugin_api import db, now, writing

ANSWERS = Path(__file__).parent / "answers"
SOURCE = "/admin/blog/references/slutsky2010"


class Server(ThreadingHTTPServer):
    """A register of our own: `answers` by the beginning of a path, as (status, headers, body)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.slow = False

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def say(self, path: str, data: Any, status: int = 200, **headers: str) -> None:
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.answers[path] = (status, headers, body)


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        found = next((it for path, it in self.server.answers.items() if self.path.startswith(path)), None)
        status, headers, body = found or (404, {}, b"")
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        for start in range(0, len(body), 1_000):
            try:
                self.wfile.write(body[start : start + 1_000])
            except OSError:
                return
            if self.server.slow:
                time.sleep(0.4)  # SECONDS

    def log_message(self, *_given: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def asker(server: Server) -> Asker:
    return Asker(origins={server.origin}, seconds=1, most=50_000)


@pytest.fixture
def registers(server: Server, asker: Asker) -> tuple[Crossref, PubMed]:
    """Both registers as our server plays them, with the answers of our own."""
    server.say("/works/10.1016%2Fj.neuron.2009.12.026", json.loads((ANSWERS / "crossref.json").read_text()))
    server.say("/entrez/eutils/esummary.fcgi", json.loads((ANSWERS / "pubmed.json").read_text()))
    return Crossref(asker, server.origin), PubMed(asker, server.origin)


@pytest.fixture
def on(app: Flask, sources: Any) -> None:
    with writing():
        switches.switch(looking.SWITCH, True)


def reference(key: str = "slutsky2010") -> Reference:
    db.session.rollback()
    found = library_queries.reference_by_key(key)
    assert found is not None
    return found


def look_up(registers: Any, key: str = "slutsky2010") -> Reference:
    looking.look_up({"key": key}, registers)
    return reference(key)


@pytest.mark.parametrize(
    "address",
    ["http://localhost:1/x", "https://example.org/works/1", "file:///etc/hostname", "http://127.0.0.1/x"],
)
def test_only_hosts_that_are_named_are_asked(asker: Asker, address: str) -> None:
    with pytest.raises(Unreachable, match="not among"):
        asker.get(address)


def test_by_default_only_the_two_registers_over_https() -> None:
    assert (
        Asker().origins == {"https://api.crossref.org", "https://eutils.ncbi.nlm.nih.gov"} == lookup.ORIGINS
    )
    assert (Asker().seconds, Asker().most) == (5, 1_000_000)
    for origin in (Crossref().base, PubMed().base):
        assert origin in lookup.ORIGINS


def test_no_redirect_is_followed_and_no_cookie_sent(server: Server, asker: Asker) -> None:
    server.say("/there", b"[]")
    server.say("/here", b"", 302, Location=f"{server.origin}/there")
    server.say("/cookie", b"{}", 200, **{"Set-Cookie": "who=me"})
    with pytest.raises(Unreachable, match="302"):
        asker.get(f"{server.origin}/here")
    for _ in range(2):
        assert asker.get(f"{server.origin}/cookie") == b"{}"
    assert [path for path, _headers in server.asked] == ["/here", "/cookie", "/cookie"]
    assert not any("cookie" in name.lower() for _path, headers in server.asked for name in headers)


def test_what_is_huge_slow_broken_or_away_is_unreachable(server: Server, asker: Asker) -> None:
    server.say("/huge", b"x" * 60_000)
    server.say("/broken", b"", 500)
    for path in ("/huge", "/broken"):
        with pytest.raises(Unreachable):
            asker.get(server.origin + path)
    server.slow = True
    server.say("/slow", b"x" * 30_000)
    begun = time.monotonic()
    with pytest.raises(Unreachable):
        asker.get(f"{server.origin}/slow")
    assert time.monotonic() - begun < 5
    assert asker.get(f"{server.origin}/nothing") is None


@pytest.mark.usefixtures("sources")
def test_nothing_is_asked_while_it_is_off(app: Flask, server: Server, registers: Any) -> None:
    with writing():
        looking.ask_for(reference())
    looking.recheck()
    assert db.session.scalars(select(Job.name).where(Job.name == looking.JOB)).all() == []
    assert look_up(registers).state == "unchecked"
    assert server.asked == []


@pytest.mark.usefixtures("on")
def test_a_work_that_both_registers_know_is_verified(server: Server, registers: Any) -> None:
    found = look_up(registers)
    assert (found.state, found.problems) == ("verified", [])
    assert {answer.register: answer.outcome for answer in found.answers} == {
        "Crossref": "found",
        "PubMed": "found",
    }
    assert all(len(answer.sha256) == 64 for answer in found.answers)
    sent = " ".join(path for path, _headers in server.asked)
    assert "20152124" in sent


@pytest.mark.usefixtures("on")
@pytest.mark.parametrize(
    ("register", "path", "value", "field"),
    [
        ("crossref", ("message", "title"), ["Something else entirely"], "title"),
        ("crossref", ("message", "author"), [{"family": "Smith"}], "authors"),
        ("crossref", ("message", "published-print"), {"date-parts": [[2012]]}, "year"),
        (
            "pubmed",
            ("result", "20152124", "articleids"),
            [{"idtype": "doi", "value": "10.1000/other.1"}],
            "doi",
        ),
    ],
)
def test_what_a_register_says_otherwise_is_a_mismatch(
    server: Server, registers: Any, register: str, path: tuple[str, ...], value: Any, field: str
) -> None:
    answer = json.loads((ANSWERS / f"{register}.json").read_text())
    part = answer
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    server.say({"crossref": "/works/", "pubmed": "/entrez/"}[register], answer)
    server.answers = dict(reversed(server.answers.items()))
    found = look_up(registers)
    assert found.state == "mismatch"
    assert [problem["field"] for problem in found.problems] == [field]
    with writing():
        library.save_reference(SLUTSKY, key="slutsky2010")
    assert reference().state == "mismatch"


@pytest.mark.usefixtures("on")
def test_not_found_and_unreachable_are_told_apart_and_an_old_answer_stays(
    server: Server, registers: Any
) -> None:
    good = dict(server.answers)
    server.answers = {}
    assert look_up(registers).state == "not_found"
    server.say("/", b"", 500)
    with writing():
        db.session.execute(ReferenceAnswer.__table__.delete())
    assert look_up(registers).state == "unreachable"
    server.answers = good
    assert look_up(registers).state == "verified"
    server.answers = {}
    server.say("/", b"not json")
    assert look_up(registers).state == "verified"


@pytest.mark.usefixtures("on", "people")
def test_a_retraction_that_a_register_knows_marks_the_articles_once(
    server: Server, registers: Any, write: Callable[..., str]
) -> None:
    write("Cites it", body="Rats[@slutsky2010].")
    write("Does not", body="People[@liu2016].")
    answer = json.loads((ANSWERS / "crossref.json").read_text())
    answer["message"]["updated-by"] = [
        {"type": "retraction", "DOI": "10.1016/j.neuron.2030.01.001"},
        {"type": "x"},
    ]
    server.answers = {"/works/": (200, {}, json.dumps(answer).encode())} | server.answers
    pubmed = json.loads((ANSWERS / "pubmed.json").read_text())
    pubmed["result"]["20152124"]["pubtype"] = ["Journal Article", "Retracted Publication"]
    server.say("/entrez/eutils/esummary.fcgi", pubmed)
    for _ in range(2):
        found = look_up(registers)
    assert (found.state, [(it.kind, it.doi) for it in found.updates]) == (
        "retracted",
        [("retraction", "10.1016/j.neuron.2030.01.001")],
    )
    noted = {text.title: len(text.corrections) for text in db.session.scalars(select(ArticleText))}
    assert noted == {"Cites it": 1, "Does not": 0}


@pytest.mark.usefixtures("on")
def test_all_are_asked_again_after_ninety_days_and_the_unreached_on_the_next(
    server: Server, registers: Any
) -> None:
    def waiting() -> set[str]:
        db.session.rollback()
        with writing():
            db.session.execute(Job.__table__.delete())
        looking.recheck()
        jobs = db.session.scalars(select(Job.payload).where(Job.name == looking.JOB)).all()
        return {payload["key"] for payload in jobs}

    assert waiting() == {"slutsky2010", "liu2016", "lopresti2026"}
    for key in ("slutsky2010", "liu2016"):
        look_up(registers, key)
    server.answers = {"/": (500, {}, b"")}
    look_up(registers, "lopresti2026")
    assert waiting() == set()
    for days, due in ((2, {"lopresti2026"}), (91, {"slutsky2010", "liu2016", "lopresti2026"})):
        with writing():
            for answer in db.session.scalars(select(ReferenceAnswer)):
                answer.asked_at = now() - timedelta(days=days)
        assert waiting() == due


def test_the_switch_is_the_owners_and_says_whom_it_asks(
    admin_client: FlaskClient, marketer_client: FlaskClient
) -> None:
    path = "/admin/blog-settings/"
    assert marketer_client.get(path).status_code == 403
    page = admin_client.get(path).get_data(as_text=True)
    for origin in lookup.ORIGINS:
        assert origin.removeprefix("https://") in page
    assert "lookup" not in opened(admin_client, path)
    token = opened(marketer_client, SOURCE)["csrf_token"]
    ask = f"{SOURCE}/look-up"
    assert marketer_client.post(ask, data={"csrf_token": token}).status_code == 400
    sent = opened(admin_client, path) | {"lookup": "y"}
    assert admin_client.post(path, data=sent).status_code == 303
    assert opened(admin_client, path)["lookup"]
    assert ask in marketer_client.get(SOURCE).get_data(as_text=True)
    assert marketer_client.post(ask, data={"csrf_token": token}).status_code == 303
    changed = opened(marketer_client, SOURCE) | {"volume": "66"}
    assert marketer_client.post(SOURCE, data=changed).status_code == 303
    db.session.rollback()
    jobs = db.session.scalars(select(Job).where(Job.name == looking.JOB)).all()
    assert [(job.plugin, job.payload) for job in jobs] == [("blog", {"key": "slutsky2010"})] * 2


@pytest.mark.usefixtures("on")
def test_the_worker_does_it_and_asks_again_by_itself(registers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "REGISTERS", registers)
    assert worker.known_jobs()[looking.JOB].network
    assert "blog.recheck" in worker.known_periodic()
    with writing():
        looking.ask_for(reference())
    assert worker.run_one()
    assert reference().state == "verified"
    assert not worker.run_one()
