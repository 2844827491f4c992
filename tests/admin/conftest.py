"""Filling in forms as a browser without script does; a shop with stock and its staff, on both databases."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from storefront.testing import entered_as
from tests.orders import shelf
from tests.orders.shelf import Shelf

NAMESPACE = "{http://www.w3.org/1999/xhtml}"


@dataclass
class PageForm:
    """A form of a page, with what its fields hold."""

    client: FlaskClient
    action: str
    values: list[tuple[str, object]] = field(default_factory=list)

    def set(self, **changes) -> "PageForm":
        """Type something; a name with a hyphen is given as `nl__slug`. None takes the field away."""
        for name, value in changes.items():
            name = name.replace("__", "-")
            self.values = [pair for pair in self.values if pair[0] != name]
            if isinstance(value, list):
                self.values += [(name, one) for one in value]
            elif value is not None:
                self.values.append((name, value))
        return self

    def get(self, name) -> object:
        return next((value for key, value in self.values if key == name), None)

    def press(self, button: str = "", **kwargs) -> TestResponse:
        """Send the form; button: "name=value" of the button that was pressed."""
        name, _, value = button.partition("=")
        pairs = self.values + ([(name, value)] if name else [])
        data = {}
        for key, one in pairs:
            data.setdefault(key, []).append(one)
        headers = {"Sec-Fetch-Site": "same-origin"}
        return self.client.post(self.action, data=data, headers=headers, **kwargs)


def read_form(client, html, where) -> PageForm:
    """The form whose action ends with `where`."""
    document = html5lib.parse(html)
    for form in document.iter(f"{NAMESPACE}form"):
        action = form.attrib.get("action", "")
        if form.attrib.get("method") == "post" and urlsplit(action).path.endswith(where):
            return PageForm(client, action, fields_of(form))
    raise AssertionError(f"no form for {where}")


def fields_of(form) -> list[tuple[str, str]]:
    """What the fields of a form hold, as a browser sends it."""
    return [pair for element in form.iter() for pair in _value(element)]


def _value(element) -> list[tuple[str, str]]:
    tag, given = element.tag.removeprefix(NAMESPACE), element.attrib
    name = given.get("name")
    if not name:
        return []
    if tag == "textarea":
        return [(name, (element.text or "").removeprefix("\n"))]
    if tag == "select":
        options = list(element.iter(f"{NAMESPACE}option"))
        chosen = [o for o in options if "selected" in o.attrib] or options[:1]
        return [(name, o.attrib.get("value", "")) for o in chosen]
    if tag != "input" or given.get("type") in {"file", "submit"}:
        return []
    if given.get("type") in {"checkbox", "radio"}:
        return [(name, given.get("value", "on"))] if "checked" in given else []
    return [(name, given.get("value", ""))]


@pytest.fixture
def form_of() -> Callable[..., PageForm]:
    """`form_of(client, page, where)` opens a page and gives the form that posts to `where`."""

    def opened(client: FlaskClient, page: str, where: str | None = None) -> PageForm:
        answer = client.get(page)
        assert answer.status_code == 200, answer.status
        return read_form(client, answer.text, where or urlsplit(page).path)

    return opened


@pytest.fixture
def reread() -> Callable[..., PageForm]:
    """`reread(client, answer, where)`: the form in an answer."""
    return lambda client, answer, where: read_form(client, answer.text, where)


@pytest.fixture
def shop(any_app: Flask) -> Shelf:
    """Ten units of each size."""
    return shelf.fill(10)


@pytest.fixture
def staff(any_app: Flask) -> FlaskClient:
    """An admin who reads English."""
    client = entered_as(any_app, "admin")
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client
