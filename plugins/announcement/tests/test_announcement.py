"""The bar shows on its days, in its languages, and staff write it."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from plugins.announcement import models
from storefront.plugin_api import Refused, writing

TEXTS = {"nl": "Op eerste kerstdag bezorgen we niet.", "en": "No deliveries on Christmas Day <3"}
ADDRESS = "/admin/announcement/"
Counter = Callable[[Flask], AbstractContextManager[list[str]]]


def announce(texts: dict[str, str] = TEXTS, first: str = "2026-12-20", last: str = "2026-12-25") -> None:
    with writing():
        models.replace(texts, date.fromisoformat(first), date.fromisoformat(last))


def bar(client: FlaskClient, lang: str = "nl") -> str | None:
    page = client.get(f"/{lang}/").get_data(as_text=True)
    found = re.search(r'<aside class="announcement"[^>]*>(.*?)</aside>', page)
    assert found is not None or "announcement" not in page
    return found.group(1) if found else None


def post(client: FlaskClient, **fields: str) -> Any:
    page = client.get(ADDRESS).get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    form = {"nl": "Hallo", "en": "Hello", "first_day": "2026-12-20", "last_day": "2026-12-25"}
    return client.post(ADDRESS, data=form | fields | {"csrf_token": token.group(1)})


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-12-19T22:59:59Z", False),
        ("2026-12-19T23:00:00Z", True),  # midnight in Amsterdam
        ("2026-12-25T22:59:59Z", True),
        ("2026-12-25T23:00:00Z", False),
    ],
)
def test_it_shows_from_its_first_day_to_its_last_in_the_shops_time_zone(
    any_app: Flask, moment: str, shown: bool
) -> None:
    announce()
    with time_machine.travel(moment, tick=False):
        assert (bar(any_app.test_client()) is not None) is shown


def test_each_language_shows_its_own_text_escaped(client: FlaskClient) -> None:
    announce(last="2099-12-31", first="2020-01-01")
    assert bar(client, "nl") == TEXTS["nl"]
    assert bar(client, "en") == "No deliveries on Christmas Day &lt;3"


def test_a_language_without_text_shows_no_bar(client: FlaskClient) -> None:
    announce({"nl": "Alleen in het Nederlands", "en": ""}, "2020-01-01", "2099-12-31")
    assert bar(client, "nl") == "Alleen in het Nederlands"
    assert bar(client, "en") is None


def test_a_shop_without_an_announcement_shows_no_bar(client: FlaskClient) -> None:
    assert bar(client) is None


def test_it_costs_one_query(app: Flask, client: FlaskClient, queries: Counter) -> None:
    announce(first="2020-01-01", last="2099-12-31")
    with queries(app) as seen:
        assert bar(client) is not None
    assert len([statement for statement in seen if "plugin_announcement" in statement]) == 1


def test_a_new_announcement_replaces_the_old_one(app: Flask, client: FlaskClient) -> None:
    announce(first="2020-01-01", last="2099-12-31")
    announce({"nl": "Nieuw", "en": "New"}, "2020-01-01", "2099-12-31")
    assert bar(client, "en") == "New"


def test_the_last_day_cannot_come_before_the_first(app: Flask) -> None:
    with pytest.raises(Refused) as refused:
        announce(first="2026-12-26", last="2026-12-25")
    assert refused.value.field == "last_day"
    announce(first="2026-12-25", last="2026-12-25")


def test_a_marketer_writes_it_and_finds_it_in_the_menu(marketer_client: FlaskClient, demo_app: Flask) -> None:
    assert f'href="{ADDRESS}"' in marketer_client.get(ADDRESS).get_data(as_text=True)
    assert post(marketer_client, first_day="2020-01-01", last_day="2099-12-31").status_code == 303
    assert bar(demo_app.test_client(), "en") == "Hello"


@pytest.mark.parametrize(
    "wrong",
    [
        {"first_day": "2026-12-26"},
        {"first_day": ""},
        {"last_day": "soon"},
        {"nl": "x" * 161},
    ],
)
def test_what_cannot_be_is_refused_and_stays_as_typed(
    admin_client: FlaskClient, wrong: dict[str, str]
) -> None:
    answer = post(admin_client, en="Kept as typed", **wrong)
    assert answer.status_code == 422
    assert "Kept as typed" in answer.get_data(as_text=True)
    assert bar(admin_client, "en") is None


def test_a_post_without_the_token_changes_nothing(admin_client: FlaskClient) -> None:
    days = {"first_day": "2020-01-01", "last_day": "2099-12-31"}
    assert admin_client.post(ADDRESS, data={"nl": "Hallo", "en": "Hello"} | days).status_code in {400, 422}
    assert bar(admin_client, "en") is None


def test_strangers_are_sent_to_the_sign_in_page(client: FlaskClient) -> None:
    answer = client.get(ADDRESS)
    assert answer.status_code in {302, 303}
    assert "/admin/sign-in" in answer.headers["Location"]
