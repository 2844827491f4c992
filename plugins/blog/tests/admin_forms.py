"""What a browser without script would send: the fields of a form on a page, as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

EDIT = "/admin/blog/edit/magnesium-brain"


class Sent(MultiDict[str, Any]):
    """The fields of a post; `|` replaces fields, as typing does."""

    def __or__(self, changes: Mapping[str, Any]) -> Sent:  # type: ignore[override]
        changed = Sent(self)
        for name, value in changes.items():
            changed.setlist(name, value if isinstance(value, list) else [value])
        return changed


def parsed(response: TestResponse) -> Element:
    """The page as a tree."""
    return html5lib.parse(response.get_data(as_text=True), namespaceHTMLElements=False)


def fields(response: TestResponse, without: tuple[str, ...] = ()) -> Sent:
    """The fields of the large form of a page, in order, without its buttons."""
    form = max(parsed(response).iter("form"), key=lambda found: sum(1 for _ in found.iter()))
    values = Sent()
    for element in form.iter():
        name = element.get("name")
        if not name or name in without:
            continue
        if element.tag == "textarea":
            values.add(name, "".join(element.itertext()))
        elif element.tag == "select":
            chosen = [option for option in element.iter("option") if option.get("selected") is not None]
            if chosen or "multiple" not in element.attrib:
                values.add(name, (chosen or list(element.iter("option")))[0].get("value", ""))
        elif element.tag == "input" and _is_sent(element):
            values.add(name, element.get("value", ""))
    return values


def _is_sent(box: Element) -> bool:
    if box.get("type") in ("checkbox", "radio"):
        return "checked" in box.attrib
    return box.get("type") not in ("file", "submit")


def opened(client: FlaskClient, path: str = EDIT) -> Sent:
    """The fields of the form at `path`."""
    response = client.get(path)
    assert response.status_code == 200, response.status
    return fields(response)


def message(response: TestResponse, field: str) -> str:
    """The message that stands at a field, or ""."""
    for element in parsed(response).iter():
        if element.get("id") == f"{field}-error":
            return "".join(element.itertext()).strip()
    return ""


def value(response: TestResponse, field: str) -> str:
    """What stands in a field of the page that came back."""
    return fields(response)[field]
