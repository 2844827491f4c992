"""Whatever is posted to a form of the admin, or stands in its address: never a 5xx, on either database."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient

from storefront.testing import entered_as
from tests.admin.conftest import NAMESPACE, PageForm, fields_of

GARBAGE = (
    *(
        "",
        " ",
        "0",
        "-1",
        "1",
        "1,5",
        "1e9",
        "9" * 9,
        "2147483648",
        "9" * 19,
        "9" * 20,
        "9" * 60,
        "-99999999999",
    ),
    *(
        "NaN",
        "Infinity",
        "true",
        "null",
        "[]",
        "{}",
        "٣",
        "½",
        "a\u202eb",
        "\ufeff",
        "😀",
        "a\x00b",
        "é" * 300,
    ),
    *("0001-01-01", "9999-12-31", "2026-02-30", "x" * 5000, "' OR 1=1 --", "%s%(a)s", "<script>", "a@b"),
    *(
        "../../etc/passwd",
        "http://[",
        "//evil.example",
        "add:",
        "remove:",
        "add:steps",
        "remove:x-9",
        "z:z:z",
    ),
)
KEYS = ("0", "2147483648", "9" * 20, "9" * 300, "-1", "x" * 300, "a%00b", "%F0%9F%98%80", "%FF", "new")
LEAVING = {"admin_sign_in.sign_out", "security.logout"}  # who leaves finds nothing more
PAGES_OF_A_KIND, FORMS_OF_A_KIND = 3, 2


def pages(client: FlaskClient) -> Iterator[str]:
    """Every kind of page of the admin that links lead to."""
    waiting, known, kinds = ["/admin/"], {"/admin/"}, dict[str, int]()
    for path in waiting:
        answer = client.get(path)
        assert answer.status_code < 500, path
        if answer.mimetype != "text/html":
            answer.close()
            continue
        if answer.status_code == 200:
            yield answer.text
        for link in re.findall(r'href="(/admin/[^"#]*)"', answer.text):
            kind = re.sub(r"=[^&]*", "", "/".join(link.split("/")[:4])) + str(link.count("/"))
            if link not in known and kinds.get(kind, 0) < PAGES_OF_A_KIND:
                kinds[kind] = kinds.get(kind, 0) + 1
                known.add(link)
                waiting.append(link)


def forms(app: Flask, client: FlaskClient) -> list[PageForm]:
    """Forms that post, at most two of each kind: with what their fields hold."""
    match = app.url_map.bind("localhost").match
    found: dict[str, list[PageForm]] = {}
    for page in pages(client):
        for form in html5lib.parse(page).iter(f"{NAMESPACE}form"):
            action = form.attrib.get("action", "")
            if form.attrib.get("method") != "post" or not action.startswith("/admin"):
                continue
            endpoint, _values = match(action.partition("?")[0], method="POST")
            of_kind = found.setdefault(endpoint, [])
            if endpoint not in LEAVING and len(of_kind) < FORMS_OF_A_KIND:
                of_kind.append(PageForm(client, action, fields_of(form)))
    return [form for of_kind in found.values() for form in of_kind]


def spoilt(form: PageForm, chance: random.Random) -> PageForm:
    """The form with some fields garbage, missing or there twice; its token stays."""
    names = sorted({name for name, _value in form.values} - {"csrf_token"})
    few = chance.sample(names, chance.choice([1, 2, len(names)])) if len(names) > 2 else names
    values = []
    for name, value in form.values:
        how = chance.choice(["garbage", "garbage", "missing", "twice"]) if name in few else "kept"
        if how != "missing":
            values.append((name, chance.choice(GARBAGE) if how == "garbage" else value))
        if how == "twice":
            values.append((name, chance.choice(GARBAGE)))
    return PageForm(form.client, form.action, values)


@pytest.mark.parametrize("rounds", [6, pytest.param(60, marks=pytest.mark.full)])
def test_garbage_in_a_form_is_never_our_fault(any_demo_app: Flask, rounds: int) -> None:
    client, chance = entered_as(any_demo_app, "admin"), random.Random(6)
    found = forms(any_demo_app, client)
    assert len(found) > 30, [form.action for form in found]
    for form in found:
        for _round in range(rounds):
            sent = spoilt(form, chance)
            status = sent.press().status_code
            assert status < 500, (form.action, sent.values)
        if client.get("/admin/").status_code != 200:  # the form was about whoever sent it
            client.post("/dev/enter/admin")


def test_garbage_in_an_address_is_never_our_fault(any_demo_app: Flask) -> None:
    client = entered_as(any_demo_app, "admin")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/admin/discounts/new").text)
    assert token is not None
    asked = 0
    for rule in any_demo_app.url_map.iter_rules():
        if not rule.rule.startswith("/admin") or not rule.arguments or rule.endpoint in LEAVING:
            continue
        for key in KEYS:
            path = re.sub(r"<[^>]+>", key, rule.rule)
            for send in (client.get, client.post):
                answer = send(path, data={"csrf_token": token[1]}, headers={"Sec-Fetch-Site": "same-origin"})
                assert answer.status_code < 500, path
                asked += 1
    assert asked > 500
    for page in ("9" * 6, "9" * 20, "9" * 5000, "٣", "-1"):
        assert client.get("/admin/orders/", query_string={"page": page}).status_code == 200
