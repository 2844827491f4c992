"""The preview of a draft, and what the editor advises."""

import io
import re
from datetime import timedelta

import pytest
import time_machine
from PIL import Image

from storefront import clock
from storefront.catalog import actions, editing
from storefront.catalog.preview import preview_token
from storefront.transactions import writing

CODE = "mgt-c"
EDITOR = f"/admin/products/{CODE}"
EN = "/en/products/magnesium-l-threonate-capsules"


@pytest.fixture
def draft(demo_app):
    with writing():
        actions.set_state(CODE, "draft")


def png(width) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (width, 700), "seagreen").save(file, "PNG")
    file.seek(0)
    return file


def test_a_draft_is_shown_to_staff_alone(draft, admin_client, marketer_client, demo_client):
    assert f'href="{EDITOR}/preview"' in admin_client.get(EDITOR).text
    assert demo_client.get(EN).status_code == 404
    assert demo_client.get(f"{EDITOR}/preview").status_code == 303
    assert marketer_client.get(f"{EDITOR}/preview").status_code == 403
    answer = admin_client.get(f"{EDITOR}/preview", follow_redirects=True)
    assert answer.status_code == 200 and "Magnesium" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex" and "ETag" not in answer.headers
    assert '<meta name="robots" content="noindex">' in answer.text
    assert 'rel="canonical"' not in answer.text and 'rel="alternate" hreflang' not in answer.text
    assert re.search(r"<button[^>]* disabled>[^<]*</button>", answer.text)
    other = re.search(r'href="(/(?:en|nl)/products/[^"]+\?preview=[^"]+)"', answer.text)
    assert demo_client.get(other[1]).status_code == 200  # the language switch keeps the preview


def test_a_preview_ends_after_an_hour(draft, demo_app, demo_client):
    address = f"{EN}?preview={preview_token(CODE)}"
    with time_machine.travel(clock.now() + timedelta(minutes=59), tick=False):
        assert demo_client.get(address).status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=61), tick=False):
        assert demo_client.get(address).status_code == 404


@pytest.mark.parametrize("token", ["", "x", "mgt-c", "%00", "é"])
def test_a_forged_token_shows_nothing(draft, demo_client, token):
    assert demo_client.get(f"{EN}?preview={token}").status_code == 404


def test_a_token_shows_its_own_product_only(draft, demo_client):
    assert demo_client.get(f"{EN}?preview={preview_token('nmn-c')}").status_code == 404


def test_a_public_page_stays_public_whatever_is_behind_it(demo_app, demo_client):
    for query in ("", "?preview=x", f"?preview={preview_token('nmn-c')}"):
        answer = demo_client.get(EN + query)
        assert answer.status_code == 200 and "no-store" not in answer.headers["Cache-Control"]
        assert 'rel="canonical"' in answer.text and "?preview" not in answer.text


def test_a_preview_asks_no_more_than_the_page(draft, demo_app, demo_client, queries):
    address = f"{EN}?preview={preview_token(CODE)}"
    demo_client.get(address)  # what all pages share is kept from here on
    with queries(demo_app) as seen:
        assert demo_client.get(address).status_code == 200
    assert len(seen) <= 8


def test_a_product_without_a_size_on_sale_cannot_be_shown(draft, admin_client, form_of):
    form = form_of(admin_client, EDITOR)
    sizes = len(editing.product_to_edit(CODE).variants)
    form.set(**{f"variants__{n}__on_sale": None for n in range(sizes)}).press()
    assert f"{EDITOR}/preview" not in admin_client.get(EDITOR).text
    assert admin_client.get(f"{EDITOR}/preview").status_code == 409


def test_list_and_editor_say_what_is_missing(admin_client, form_of):
    before = admin_client.get(EDITOR).text
    assert 'href="#nl-directions"' not in before
    form = form_of(admin_client, EDITOR).set(nl__directions="", nl__warnings="", en__meta_description="")
    assert form.press().status_code == 303  # advice only
    page = admin_client.get(EDITOR).text
    for field in ("nl-directions", "nl-warnings", "en-meta_description"):
        assert f'href="#{field}"' in page and f'id="{field}"' in page
    assert 'href="#en-directions"' not in page and 'href="#nl-summary"' not in page
    row = admin_client.get("/admin/products/").text.split(f'href="{EDITOR}"')[1].split("</tr>")[0]
    said = re.search(r"<b>NL</b> ([^<]*)</small>", row)
    assert said and said[1].strip() in {"directions, warnings", "gebruik, waarschuwingen"}


def test_a_product_without_a_picture_says_so(admin_client, form_of):
    form = form_of(admin_client, EDITOR)
    pictures = len(editing.product_to_edit(CODE).product.pictures)
    assert '<li><a href="#pictures">' not in admin_client.get(EDITOR).text
    form.set(**{f"pictures__{n}__remove": "y" for n in range(pictures)}).press()
    assert '<li><a href="#pictures">' in admin_client.get(EDITOR).text


@pytest.mark.parametrize(("width", "told"), [(500, True), (1600, False)])
def test_an_upload_asks_for_words_and_tells_a_small_picture(admin_client, form_of, width, told):
    form = form_of(admin_client, EDITOR).set(uploads=(png(width), "foto.png"))
    answer = form.press("do=upload", content_type="multipart/form-data")
    assert answer.status_code == 200
    assert 'role="status"' in answer.text and re.search("both languages|beide talen", answer.text)
    assert bool(re.search("500 pixels", answer.text)) == told
    assert 'role="status"' not in admin_client.get(EDITOR).text
