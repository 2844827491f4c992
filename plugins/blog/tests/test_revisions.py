"""Every version is kept, two of them can be compared, and one can be brought back with all that follows."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import delete, select

from plugins.blog import actions, admin_queries, revisions, translating
from plugins.blog.drafts import ArticleDraft, TextDraft
from plugins.blog.models import Article, ArticleProduct, ArticleRelated, ArticleText, Revision, TextBlock
from plugins.blog.tests.admin_forms import opened, parsed
from storefront.plugin_api import db, writing

Write = Callable[..., str]
FIRST = "Een eerste alinea over zink.\n\n:::product a | kleur\n\n[meer](article:koper)"
SECOND = "Een tweede alinea over zink.\n\nEn nieuwe woorden."


def article() -> Article:
    db.session.rollback()
    return db.session.scalars(select(Article).where(Article.code == "zink")).one()


def versions(lang: str = "nl") -> list[tuple[int, str, str]]:
    return [(one.number, one.deed, one.actor) for one in revisions.history(article(), lang)]


def derived() -> tuple[list[str], list[str], list[str]]:
    """The products, links and blocks that follow from the Dutch text."""
    db.session.rollback()
    text = db.session.scalars(select(ArticleText).where(ArticleText.lang == "nl")).one()
    products = select(ArticleProduct.product_code).where(ArticleProduct.text_id == text.id)
    blocks = select(TextBlock.source).where(TextBlock.text_id == text.id).order_by(TextBlock.position)
    return list(db.session.scalars(products)), text.links["article"], list(db.session.scalars(blocks))


def test_versions_are_kept_compared_and_brought_back(app: Flask, people: None, write: Write) -> None:
    write("Zink", body=FIRST)
    before = derived()
    client = app.test_client()
    client.post("/dev/enter/marketer")
    path = "/admin/blog/edit/zink"
    changed = opened(client, path) | {"nl-body": SECOND, "nl-title": "Zink & <b>co</b>", "do": "save"}
    assert client.post(path, data=changed).status_code == 303
    assert client.post(path, data=opened(client, path) | {"do": "save"}).status_code == 303  # nothing changed
    assert [row[:2] for row in versions()] == [(2, "saved"), (1, "published")]
    assert versions()[0][2]
    assert [row[:2] for row in versions("en")] == [(1, "published")]
    assert derived()[:2] == ([], [])

    page = client.get(f"{path}/compare?text_lang=nl&old=1&new=now")
    tree = parsed(page)
    added = [" ".join("".join(ins.itertext()).split()) for ins in tree.iter("ins")]
    removed = [" ".join("".join(found.itertext()).split()) for found in tree.iter("del")]
    assert "toegevoegd: tweede" in added
    assert "weggehaald: eerste" in removed
    assert any("<b>co</b>" in words for words in added)
    assert not [b for b in tree.iter("b") if "".join(b.itertext()) == "co"]
    assert "zeggen hetzelfde" in client.get(f"{path}/compare?old=2&new=now&text_lang=nl").get_data(
        as_text=True
    )
    for wrong in ("old=9&new=now", "old=x&new=1", "old=1&new=2&text_lang=de", "old=1"):
        assert client.get(f"{path}/compare?{wrong}").status_code == 404, wrong

    token = {"csrf_token": changed["csrf_token"]}
    assert client.post(f"{path}/versions/nl/9/restore", data=token).status_code == 404
    assert client.post(f"{path}/versions/nl/1/restore", data={}).status_code == 400
    assert client.post(f"{path}/versions/nl/1/restore", data=token).status_code == 303
    assert derived() == before
    assert versions()[0][:2] == (3, "restored")
    text = db.session.scalars(select(ArticleText).where(ArticleText.lang == "nl")).one()
    assert (text.title, text.state) == ("Zink", "published")
    assert translating.marks(article()) == []  # the words that the translation was made of are back


def test_a_text_from_before_and_a_text_that_was_emptied_keep_their_words(app: Flask, people: None) -> None:
    def save(body: str, title: str = "Zink") -> None:
        texts = {"nl": TextDraft(title=title, body=body), "en": TextDraft(title="Zinc")}
        with writing():
            actions.save_article("zink", ArticleDraft(texts=texts, by="ada", deed=""))

    with writing():
        actions.create_article(ArticleDraft(texts={"nl": TextDraft(title="Zink", body="Oud.")}), "zink")
        db.session.execute(delete(Revision))
    save("Nieuw.")
    assert versions() == [(2, "saved", "ada"), (1, "saved", "")]
    assert revisions.revision(article(), "nl", 1).fields["body"] == "Oud."
    save("", title="")
    assert "nl" not in {text.lang for text in db.session.scalars(select(ArticleText))}
    with writing():
        actions.restore("zink", "nl", 1, "ada")
    assert versions()[0] == (3, "restored", "ada")
    assert db.session.scalars(select(ArticleText.body).where(ArticleText.lang == "nl")).one() == "Oud."


def test_what_an_editor_sets_beside_an_article(app: Flask, people: None, write: Write) -> None:
    for title in ("Zink", "Koper", "IJzer"):
        write(title)
    client = app.test_client()
    client.post("/dev/enter/marketer")
    path = "/admin/blog/edit/zink"
    form = opened(client, path) | {
        "do": "save",
        "related-0": "ijzer",
        "related-2": "koper",
        "related-3": "ijzer",
    }
    assert client.post(path, data=form).status_code == 303
    form = opened(client, path)
    assert [form[f"related-{n}"] for n in range(5)] == ["ijzer", "koper", "", "", ""]
    assert [row[0] for row in db.session.execute(select(ArticleRelated.position))] == [0, 1]
    answer = client.post(path, data=form | {"do": "save", "related-0": "nobody"})
    assert answer.status_code == 422
    assert "Er is geen artikel “nobody”." in answer.get_data(as_text=True)
    form = opened(client, path) | {"do": "save", "related-0": "zink", "related-1": "", "review_after": "6"}
    form = form | {"nl-title": "Zink", "reviewed_on": "2026-08-31"}
    assert client.post(path, data=form).status_code == 303
    db.session.rollback()
    edited = admin_queries.article_to_edit("zink")
    assert edited is not None
    assert edited.related == []
    assert str(edited.article.review_due) == "2027-02-28"
