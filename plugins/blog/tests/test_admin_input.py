"""What the editor takes in: pictures, and what no browser sends."""

from __future__ import annotations

import io
import json

import html5lib
import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from plugins.blog.forms import read_picture
from plugins.blog.models import Article
from plugins.blog.tests.admin_forms import EDIT, fields, message, opened, parsed, value
from storefront.database import db


def png(side: int = 40) -> io.BytesIO:
    stream = io.BytesIO()
    Image.new("RGB", (side, side), "green").save(stream, "PNG")
    stream.seek(0)
    return stream


def test_an_uploaded_picture_stays_through_errors_and_is_saved(marketer_client: FlaskClient) -> None:
    form = opened(marketer_client) | {"do": "save", "nl-title": ""}
    response = marketer_client.post(EDIT, data=form | {"picture": (png(), "green.png")})
    assert response.status_code == 422
    again = fields(response) | {"do": "save", "nl-title": "Met een plaatje"}
    assert marketer_client.post(EDIT, data=again).status_code == 303
    db.session.rollback()
    picture = db.session.scalars(select(Article).where(Article.code == "magnesium-brain")).one().picture
    assert (picture["width"], picture["height"]) == (40, 40)
    with marketer_client.get(f"/media/{picture['file']}") as served:
        assert served.status_code == 200


def test_a_file_that_is_no_picture_is_refused(marketer_client: FlaskClient) -> None:
    form = opened(marketer_client) | {"do": "save", "nl-title": "Blijft staan"}
    response = marketer_client.post(EDIT, data=form | {"picture": (io.BytesIO(b"GIF89a<script>"), "x.png")})
    assert response.status_code == 422
    assert message(response, "picture")
    assert value(response, "nl-title") == "Blijft staan"


@pytest.mark.parametrize("kept", ["{}", "[]", '{"file": "../../etc/passwd"}', "null", "x" * 50])
def test_a_forged_picture_changes_nothing(marketer_client: FlaskClient, kept: str) -> None:
    before = db.session.scalars(select(Article).where(Article.code == "magnesium-brain")).one().picture
    form = opened(marketer_client) | {"do": "save", "picture_kept": kept}
    assert marketer_client.post(EDIT, data=form).status_code == 303
    db.session.rollback()
    assert (
        db.session.scalars(select(Article).where(Article.code == "magnesium-brain")).one().picture == before
    )


def test_a_picture_in_a_form_comes_back_whole_or_not_at_all() -> None:
    name = "a" * 64
    crop = {"file": f"{name}-40x40.png", "width": 40, "height": 40}
    files = {"file": f"{name}-40.webp", "raster": f"{name}-40.png", "width": 40, "height": 40}
    whole = files | {"widths": [40], "crops": {"1x1": crop}}
    assert read_picture(json.dumps(files)) == files
    assert read_picture(json.dumps(whole | {"more": 1})) == whole
    for wrong in (
        *({"widths": ["40"]}, {"widths": 40}, {"widths": [0]}, {"crops": []}, {"crops": {"9x9": crop}}),
        *(
            {"crops": {"1x1": crop | change}}
            for change in ({"file": "../x.png"}, {"more": 1}, {"width": "1"})
        ),
        *({"crops": {"1x1": 4}}, {"raster": None}),
    ):
        assert read_picture(json.dumps(whole | wrong)) == {}, wrong


def test_hostile_text_never_becomes_a_tag(marketer_client: FlaskClient) -> None:
    nasty = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
    form = opened(marketer_client)
    for name in (
        "en-title",
        "en-lead",
        "en-body",
        "en-image_alt",
        "en-excerpt",
        "en-meta_description",
        "look_for",
    ):
        form[name] = nasty
    response = marketer_client.post(EDIT, data=form | {"do": "find"})
    assert response.status_code == 200
    page = parsed(response)
    assert not [found for found in page.iter("script") if "alert" in "".join(found.itertext())]
    assert not [found for found in page.iter("img") if found.get("onerror")]
    frame = next(found for found in page.iter("iframe") if "English" in found.get("title", ""))
    inside = html5lib.parse(frame.get("srcdoc", ""), namespaceHTMLElements=False)
    assert not list(inside.iter("script"))
    assert not [found for found in inside.iter("img") if found.get("onerror")]
    assert value(response, "en-title") == nasty


@pytest.mark.parametrize("name", ["nl-title", "nl-body", "look_for", "nl-published_on"])
def test_a_nul_byte_is_answered_with_400(marketer_client: FlaskClient, name: str) -> None:
    form = opened(marketer_client) | {"do": "save", name: "a\x00b"}
    assert marketer_client.post(EDIT, data=form).status_code == 400


@pytest.mark.parametrize(("name", "length"), [("nl-title", 201), ("nl-lead", 10_000), ("nl-body", 100_001)])
def test_too_long_a_text_comes_back_whole(marketer_client: FlaskClient, name: str, length: int) -> None:
    form = opened(marketer_client) | {"do": "save", name: "x" * length}
    response = marketer_client.post(EDIT, data=form)
    assert response.status_code == 422
    assert message(response, name)
    assert len(value(response, name).strip()) == length
