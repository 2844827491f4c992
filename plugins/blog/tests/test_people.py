"""People and topics as readers find them: pages, the tree, addresses of the past, feeds, the sitemap."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from plugins.blog import library
from plugins.blog.tests.admin_forms import message, opened
from storefront.plugin_api import Refused, db, writing

Read = Callable[..., Any]
Write = Callable[..., str]
ADMIN = "/admin/blog"
ATOM = "{http://www.w3.org/2005/Atom}"
SITE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def said(element: Any) -> str:
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def titles(page: Any) -> list[str]:
    return [said(h) for post in page.classed("post") for h in post.iter() if h.tag in ("h2", "h3")]


def data_of(page: Any) -> dict[str, Any]:
    scripts = [json.loads(s.text or "") for s in page.all(".//script[@type='application/ld+json']")]
    return {data["@type"]: data for data in scripts}


def save_topic(key: str, slug: str, parent: str | None = None, names: tuple[str, str] = ("", "")) -> None:
    named = {"nl": names[0] or f"{key} nl", "en": names[1] or f"{key} en"}
    slugs = {"nl": f"{slug}-nl", "en": slug}
    with writing():
        found = db.session.scalar(db.select(library.Topic).filter_by(key=key))
        library.save_topic(
            named, slugs, {"nl": "", "en": ""}, parent=parent, **{"key" if found else "new_key": key}
        )


@pytest.mark.usefixtures("people")
def test_a_person_has_a_page_where_a_published_text_names_them(
    client: FlaskClient, read: Read, write: Write
) -> None:
    write("Both", reviewer="rik")
    write("Draft only", author="rik", published=False)
    write("Dutch", author="rik", langs=("nl",))
    with writing():
        library.save_author(
            "Ada Pen",
            {"nl": "Redacteur", "en": "Editor"},
            {"nl": "", "en": "Ada writes."},
            key="ada",
            same_as=["https://orcid.example/ada"],
        )
        library.save_author("Nobody", {}, {}, new_key="nobody")
    page = read(client, "/en/blog/authors/ada")
    assert (said(page.one(".//h1")), titles(page)) == ("Ada Pen", ["Both"])
    assert "Ada writes." in page.text
    assert [a.get("rel") for a in page.all(".//main//a") if a.get("href") == "https://orcid.example/ada"]
    assert page.one(".//link[@rel='canonical']").get("href").endswith("/en/blog/authors/ada")
    assert {link.get("hreflang") for link in page.all(".//link[@hreflang]")} == {"nl", "en", "x-default"}
    article = read(client, "/en/blog/both")
    people = {said(a): a.get("href") for a in article.classed("people")[0].iter("a")}
    assert people == {"Ada Pen": "/en/blog/authors/ada", "Rik Check": "/en/blog/authors/rik"}
    reviewer = read(client, "/nl/blog/authors/rik")
    assert [said(h) for h in reviewer.all(".//main//h2")] == [
        "Geschreven door Rik Check",
        "Gecontroleerd door Rik Check",
    ]
    assert titles(reviewer) == ["Dutch", "Both"]
    for path in ("authors/nobody", "authors/no-one", "authors/ada?page=2", "authors/ada?page=0"):
        read(client, f"/en/blog/{path}", 404)


@pytest.mark.usefixtures("people")
def test_a_topic_lists_what_stands_below_it_and_crumbs_lead_through_it(
    client: FlaskClient, read: Read, write: Write
) -> None:
    save_topic("zinc", "zinc", "minerals", ("Zink", "Zinc"))
    write("Under zinc", topics=("zinc", "minerals"))
    write("Of minerals", topics=("minerals",))
    write("Of sport", topics=("sport",))
    above, below = read(client, "/en/blog/topics/minerals"), read(client, "/en/blog/topics/zinc")
    assert (titles(above), titles(below)) == (["Of minerals", "Under zinc"], ["Under zinc"])
    chips = [[said(c) for c in p.classed("chip")] for p in (read(client, "/en/blog"), above, below)]
    assert chips == [["All 3", "Minerals 2", "Sport 1"], *[["All 3", "Minerals 2", "Sport 1", "Zinc 1"]] * 2]
    assert [said(c) for c in below.classed("chip") if c.get("aria-current")] == ["Minerals 2", "Zinc 1"]
    ways = [
        [
            (step["name"], step["item"].partition("/en/")[2])
            for step in data["BreadcrumbList"]["itemListElement"]
        ]
        for data in (data_of(below), data_of(read(client, "/en/blog/under-zinc")))
    ]
    assert ways[0][1:] == [
        ("Blog", "blog"),
        ("Minerals", "blog/topics/minerals"),
        ("Zinc", "blog/topics/zinc"),
    ]
    assert ways[1] == [*ways[0], ("Under zinc", "blog/under-zinc")]
    assert [said(step) for step in below.one(".//ol[@class='crumbs']")] == [
        "Home",
        "Blog",
        "Minerals",
        "Zinc",
    ]
    feed = ElementTree.fromstring(client.get("/en/blog/topics/minerals/feed.xml").data)
    assert [e.findtext(f"{ATOM}title") for e in feed.findall(f"{ATOM}entry")] == ["Of minerals", "Under zinc"]
    itself = [link.get("href") for link in feed.findall(f"{ATOM}link")]
    assert [str(one).partition("/en/")[2] for one in itself] == [
        "blog/topics/minerals/feed.xml",
        "blog/topics/minerals",
    ]
    feeds = [link.get("href") for link in above.all(".//link[@type='application/atom+xml']")]
    assert feeds == ["/en/blog/feed.xml", "/en/blog/topics/minerals/feed.xml"]


@pytest.mark.usefixtures("people")
def test_topics_have_two_levels_and_no_circle(app: Flask) -> None:
    save_topic("zinc", "zinc", "minerals")
    wrong = [
        ("minerals", "minerals"),
        ("minerals", "zinc"),
        ("minerals", "sport"),
        ("sport", "zinc"),
        ("sport", "no"),
    ]
    for key, parent in wrong:
        with pytest.raises(Refused) as refused:
            save_topic(key, key, parent)
        assert refused.value.field == "parent", (key, parent)
    with pytest.raises(Refused), writing():
        library.delete_topic("minerals")
    save_topic("zinc", "zinc", "")
    save_topic("minerals", "minerals", "sport")


@pytest.mark.usefixtures("people")
def test_an_old_address_of_a_topic_moves_to_the_one_of_now(client: FlaskClient, write: Write) -> None:
    def leads(path: str) -> tuple[int, str]:
        answer = client.get(f"/en/blog/topics/{path}")
        return answer.status_code, answer.headers.get("Location", "").partition("/topics/")[2]

    write("Of sport", topics=("sport",))
    save_topic("sport", "sports")
    assert leads("sport") == (301, "sports")
    assert leads("sport/feed.xml") == (301, "sports/feed.xml")
    save_topic("sport", "sport")
    assert (leads("sport"), leads("sports")) == ((200, ""), (301, "sport"))
    save_topic("minerals", "sports")  # an address of the past that another topic takes
    assert leads("sports") == (404, "")
    assert leads("nothing") == leads("nothing/feed.xml") == (404, "")


@pytest.mark.usefixtures("people")
def test_the_sitemap_has_topics_and_people_with_their_languages_and_last_change(
    client: FlaskClient, write: Write
) -> None:
    save_topic("zinc", "zinc", "minerals")
    write("Both", topics=("zinc",), reviewer="rik")
    write("Dutch", topics=("sport",), langs=("nl",))
    root = ElementTree.fromstring(client.get("/sitemap.xml").data)
    found = {}
    for entry in root.findall(f"{SITE}url"):
        links = entry.findall("{http://www.w3.org/1999/xhtml}link")
        path = re.sub("^https?://[^/]+", "", str(entry.findtext(f"{SITE}loc")))
        found[path] = (sorted(str(link.get("hreflang")) for link in links), entry.findtext(f"{SITE}lastmod"))
    both = ["en", "nl"]
    wanted = {
        f"/{lang}/blog/{path}": both
        for lang, path in [
            *[(lang, f"authors/{key}") for lang in ("nl", "en") for key in ("ada", "rik")],
            ("nl", "topics/mineralen"),
            ("en", "topics/minerals"),
            ("nl", "topics/zinc-nl"),
            ("en", "topics/zinc"),
        ]
    } | {"/nl/blog/topics/sport": []}
    mine = {path: links for path, (links, _at) in found.items() if "/topics/" in path or "/authors/" in path}
    assert mine == wanted
    assert all(found[path][1] for path in wanted)


def test_staff_give_a_person_a_picture_and_other_pages_and_a_topic_its_place(
    marketer_client: FlaskClient, read: Read
) -> None:
    path = f"{ADMIN}/authors/edit/sanne-hoekstra"
    picture = io.BytesIO()
    Image.new("RGB", (900, 900), "teal").save(picture, "PNG")

    def save(**typed: Any) -> Any:
        return marketer_client.post(path, data=opened(marketer_client, path) | typed)

    wrong = save(
        same_as="https://a.example\nhttp://b.example", picture=(io.BytesIO(picture.getvalue()), "me.png")
    )
    assert wrong.status_code == 422
    assert "http://b.example" in message(wrong, "same_as")
    kept = re.search(r'name="picture_kept"[^>]*value="([^"]+)"', wrong.text)
    assert kept, "the picture is not lost"
    saved = save(same_as="https://a.example/me", picture=(io.BytesIO(picture.getvalue()), "me.png"))
    assert saved.status_code == 303
    page = read(marketer_client, "/en/blog/authors/sanne-hoekstra")
    person = data_of(page)["ProfilePage"]["mainEntity"]
    assert (person["sameAs"], person["name"]) == (["https://a.example/me"], "Sanne Hoekstra")
    assert re.search(r"/media/[0-9a-f]{64}-900\.jpg$", person["image"])
    assert page.classed("person__pic")
    save(no_picture="y")
    assert (
        "image"
        not in data_of(read(marketer_client, "/en/blog/authors/sanne-hoekstra"))["ProfilePage"]["mainEntity"]
    )
    topic = f"{ADMIN}/topics/edit/betaine"
    form = opened(marketer_client, topic)
    assert marketer_client.post(topic, data=form | {"parent": "nmn"}).status_code == 303
    assert opened(marketer_client, topic)["parent"] == "nmn"
    refused = marketer_client.post(
        f"{ADMIN}/topics/edit/nmn",
        data=opened(marketer_client, f"{ADMIN}/topics/edit/nmn") | {"parent": "quality"},
    )
    assert refused.status_code == 422
    assert message(refused, "parent")
