"""What the blog adds to the admin's own pages."""

from __future__ import annotations

from datetime import date

from flask.testing import FlaskClient
from sqlalchemy import update

from plugins.blog import actions, admin_queries
from plugins.blog.drafts import ArticleDraft, TextDraft
from plugins.blog.models import Article
from storefront.plugin_api import db, writing


def test_se_14_reviews_that_are_due_and_drafts_stand_on_the_dashboard(marketer_client: FlaskClient) -> None:
    quiet = marketer_client.get("/admin/").get_data(as_text=True)
    assert "Ter beoordeling: NL" in quiet
    assert "Zo bewaar je een pot supplementen" in quiet
    assert "Te controleren sinds" not in quiet
    with writing():
        actions.create_article(ArticleDraft(texts={"nl": TextDraft(title="Nog niet af")}))
    assert "Nog niet af" in marketer_client.get("/admin/").get_data(as_text=True)
    with writing():
        of_brain = update(Article).where(Article.code == "magnesium-brain")
        db.session.execute(of_brain.values(review_due=date(2026, 1, 31)))
    later = marketer_client.get("/admin/").get_data(as_text=True)
    assert "Te controleren sinds 31 januari 2026" in later
    assert "Magnesium en het brein" in later


def test_the_product_editor_lists_the_articles_that_link_it(admin_client: FlaskClient) -> None:
    page = admin_client.get("/admin/products/mgt-c").get_data(as_text=True)
    assert "Artikelen die naar dit product verwijzen" in page
    assert "/admin/blog/edit/magnesium-brain" in page


def test_the_titles_there_are_in_the_language_of_the_admin(admin_client: FlaskClient) -> None:
    for lang, title in (("nl", "Magnesium en het brein"), ("en", "Magnesium and the brain")):
        found = {row.code: row for row in admin_queries.linking_for_staff("mgt-c", lang)}
        assert found["magnesium-brain"].title.startswith(title)
        assert found["magnesium-brain"].langs == "NL, EN"
