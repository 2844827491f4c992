"""What nothing leads to: the expected articles and products, per language, each with a link to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from plugins.blog.orphans import orphans

Read = Callable[..., Any]
Write = Callable[..., str]


def test_eight_articles_give_the_expected_orphans(
    marketer_client: FlaskClient, write: Write, read: Read
) -> None:
    def names(lang: str) -> list[str]:
        return [task.name for task in orphans(lang).articles if task.name in mine]

    before = {lang: [task.name for task in orphans(lang).products] for lang in ("nl", "en")}
    person = {"author": "sanne-hoekstra"}
    mine = {"Hub", "Linked", "Itself", "By a draft", "By Dutch", "Chain", "End"}
    near = {"topics": ("quality",), "ingredients": ("creatine",)}
    write("Linked", **person, **near)
    write("Itself", body="[me](article:itself)", **person, langs=("en",))
    write("By a draft", **person)
    write("By Dutch", **person)
    write("Draft", body="[x](article:by-a-draft)\n\n:::product tmg-c\n", **person, state="draft")
    write("Chain", body="[x](article:end)", **person)
    write("End", body="A text.", **person)
    hub = "[a](article:linked) and [b](article:chain)"
    code = write("Hub", body=hub, **person, **near)
    write("Nederlands", body="[x](article:by-dutch)", langs=("nl",), **person)
    assert names("en") == ["By Dutch", "By a draft", "Hub", "Itself"]
    assert names("nl") == ["By a draft", "Hub"]
    (task,) = [task for task in orphans("en").articles if task.name == "Hub"]
    assert task.path == f"/admin/blog/edit/{code}"
    assert ("Linked", "/admin/blog/edit/linked") in task.proposed

    assert {lang: [task.name for task in orphans(lang).products] for lang in ("nl", "en")} == before
    lonely = [task for task in orphans("en").products if "iboside" in task.name]
    assert len(lonely) == 1
    write("About NR", body=":::product nrc-c\n", langs=("en",), **person)
    assert not [task for task in orphans("en").products if "iboside" in task.name]
    assert [task for task in orphans("nl").products if "iboside" in task.name]

    page = read(marketer_client, "/admin/blog/orphans")
    links = {str(a.get("href")) for a in page.all(".//main//td//a")} | {
        str(a.get("href")) for a in page.all(".//main//th//a")
    }
    assert {"/admin/blog/edit/hub", "/admin/blog/edit/linked", "/admin/blog/new"} <= links
    assert [path for path in links if re.match("/nl/products/", path)]
    assert "/admin/blog/orphans" in marketer_client.get("/admin/blog/").text
