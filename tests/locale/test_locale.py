"""One language per request; every message is translated and none is fuzzy."""

from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import storefront
from storefront import locale

ROOT = Path(storefront.__file__).parent.parent
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
OPTIONS = {"**.html": {"extensions": "jinja2.ext.do", "silent": "false"}}


def messages_of(folder: Path) -> dict:
    found = {}
    for file, line, message, _comments, _context in extract_from_dir(
        folder,
        METHODS,
        OPTIONS,
        KEYWORDS,
        directory_filter=lambda path: Path(path).name not in {"tests", "demo", "migrations"},
    ):
        found[message] = f"{file}:{line}"
    return found


def catalogue_of(folder: Path) -> Catalog:
    with (folder / "nl" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="nl")


def check(messages: dict, catalogue) -> list[str]:
    problems = []
    for message, place in messages.items():
        entry = catalogue.get(message if isinstance(message, str) else message[0])
        if entry is None or not entry.string or (isinstance(entry.string, tuple) and not all(entry.string)):
            problems.append(f"missing: {message!r} ({place})")
        elif entry.fuzzy:
            problems.append(f"fuzzy: {message!r} ({place})")
    return problems


def test_every_message_of_the_core_has_a_dutch_text():
    messages = messages_of(ROOT / "storefront") | messages_of(ROOT / "templates")
    assert check(messages, catalogue_of(ROOT / "storefront" / "translations")) == []


@pytest.mark.parametrize("plugin", ["blog", "announcement"])
def test_every_message_of_a_plugin_has_a_dutch_text(plugin):
    folder = ROOT / "plugins" / plugin
    assert check(messages_of(folder), catalogue_of(folder / "translations")) == []


def test_no_dutch_text_is_left_over():
    messages = messages_of(ROOT / "storefront") | messages_of(ROOT / "templates")
    known = {message if isinstance(message, str) else message[0] for message in messages}
    entries = catalogue_of(ROOT / "storefront" / "translations")
    left = [e.id for e in entries if e.id and (e.id if isinstance(e.id, str) else e.id[0]) not in known]
    assert left == []


def test_speaking_is_one_language_for_texts_and_dates():
    with locale.speaking("nl"):
        assert locale.current() == "nl"
        assert locale.format_date(date(2026, 3, 18)) == "18 maart 2026"
        with locale.speaking("en"):
            assert locale.format_date(date(2026, 3, 18)) == "18 March 2026"
        assert locale.current() == "nl"


def test_a_missing_language_is_empty_never_another_one():
    assert locale.in_language({"en": "jar"}, "nl") == ""


def test_the_root_leads_to_the_visitors_language(demo_client):
    for wanted, path in (("en-GB,en;q=0.9", "/en/"), ("nl", "/nl/"), ("fr", "/nl/"), ("", "/nl/")):
        response = demo_client.get("/", headers={"Accept-Language": wanted})
        assert response.status_code == 302
        assert response.headers["Location"].endswith(path)
        assert "Accept-Language" in response.headers["Vary"]
        assert response.headers["Location"].startswith("/")


def test_an_unknown_language_is_not_found(demo_client):
    assert demo_client.get("/de/products").status_code == 404
