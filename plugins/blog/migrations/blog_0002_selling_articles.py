"""Selling articles: links, translations block by block, revisions, checked references, figures, imports."""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

import storefront.database

revision = "blog_0002"
down_revision = "blog_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # --- calls to action and links
    with op.batch_alter_table("plugin_blog_article_collection", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("placement", sa.String(length=10), server_default=sa.text("'end'"), nullable=False)
        )
    op.create_table(
        "plugin_blog_article_link",
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("target_code", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["text_id"],
            ["plugin_blog_article_text.id"],
            name=op.f("fk_plugin_blog_article_link_text_id_plugin_blog_article_text"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("text_id", "target_code", name=op.f("pk_plugin_blog_article_link")),
    )
    with op.batch_alter_table("plugin_blog_article_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_plugin_blog_article_link_target_code"), ["target_code"], unique=False
        )
    op.execute("UPDATE plugin_blog_article_product SET placement = 'end' WHERE placement = 'order_now'")
    _link_articles()
    # --- references
    with op.batch_alter_table("plugin_blog_article_text", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("corrections", sa.JSON(), server_default=sa.text("'[]'"), nullable=False)
        )
    with op.batch_alter_table("plugin_blog_reference", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("state", sa.String(length=12), server_default=sa.text("'unchecked'"), nullable=False)
        )
        batch_op.add_column(sa.Column("problems", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
        batch_op.add_column(sa.Column("checked_at", storefront.database.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("checked_by", sa.String(length=120), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("kept_because", sa.String(length=300), server_default="", nullable=False)
        )
    op.create_table(
        "plugin_blog_reference_update",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("doi", sa.String(length=200), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reference_id"],
            ["plugin_blog_reference.id"],
            name=op.f("fk_plugin_blog_reference_update_reference_id_plugin_blog_reference"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_blog_reference_update")),
        sa.UniqueConstraint(
            "reference_id", "kind", "doi", name=op.f("uq_plugin_blog_reference_update_reference_id_kind_doi")
        ),
    )
    with op.batch_alter_table("plugin_blog_reference_update", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_plugin_blog_reference_update_reference_id"), ["reference_id"], unique=False
        )
    op.create_table(
        "plugin_blog_reference_answer",
        sa.Column("reference_id", sa.Integer(), nullable=False),
        sa.Column("register", sa.String(length=20), nullable=False),
        sa.Column("asked_at", storefront.database.UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reference_id"],
            ["plugin_blog_reference.id"],
            name=op.f("fk_plugin_blog_reference_answer_reference_id_plugin_blog_reference"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("reference_id", "register", name=op.f("pk_plugin_blog_reference_answer")),
    )
    op.create_table(
        "plugin_blog_correction",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("update_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["plugin_blog_article.id"],
            name=op.f("fk_plugin_blog_correction_article_id_plugin_blog_article"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["update_id"],
            ["plugin_blog_reference_update.id"],
            name=op.f("fk_plugin_blog_correction_update_id_plugin_blog_reference_update"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_id", "update_id", name=op.f("pk_plugin_blog_correction")),
    )
    with op.batch_alter_table("plugin_blog_correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plugin_blog_correction_update_id"), ["update_id"], unique=False)
    op.execute("UPDATE plugin_blog_reference SET state = 'corrected' WHERE erratum_doi != ''")
    _note_errata()
    with op.batch_alter_table("plugin_blog_reference", schema=None) as batch_op:
        batch_op.drop_column("erratum_doi")
    # --- article to euro
    op.create_table(
        "plugin_blog_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("article_code", sa.String(length=60), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("placements", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_blog_event")),
    )
    op.create_table(
        "plugin_blog_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("article_code", sa.String(length=60), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("measure", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "article_code", "lang", "measure", name=op.f("pk_plugin_blog_day")),
    )
    op.create_table(
        "plugin_blog_setting",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_plugin_blog_setting")),
    )


def downgrade() -> None:
    # --- article to euro
    op.drop_table("plugin_blog_setting")
    op.drop_table("plugin_blog_day")
    op.drop_table("plugin_blog_event")
    # --- references
    with op.batch_alter_table("plugin_blog_reference", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("erratum_doi", sa.String(length=200), server_default="", nullable=False)
        )
    _keep_errata()
    op.drop_table("plugin_blog_correction")
    op.drop_table("plugin_blog_reference_answer")
    op.drop_table("plugin_blog_reference_update")
    with op.batch_alter_table("plugin_blog_reference", schema=None) as batch_op:
        batch_op.drop_column("kept_because")
        batch_op.drop_column("checked_by")
        batch_op.drop_column("checked_at")
        batch_op.drop_column("problems")
        batch_op.drop_column("state")
    with op.batch_alter_table("plugin_blog_article_text", schema=None) as batch_op:
        batch_op.drop_column("corrections")
    # --- calls to action and links
    op.drop_table("plugin_blog_article_link")
    with op.batch_alter_table("plugin_blog_article_collection", schema=None) as batch_op:
        batch_op.drop_column("placement")
    op.execute(
        "UPDATE plugin_blog_article_product SET placement = 'order_now' "
        "WHERE placement IN ('lead', 'text', 'end')"
    )
    op.execute("DELETE FROM plugin_blog_article_product WHERE placement = 'substitute'")


def _link_articles() -> None:
    """The links between articles stood only in a JSON column of the text."""
    run = op.get_bind().execute
    for row in run(sa.text("SELECT id, links FROM plugin_blog_article_text")).all():
        links = json.loads(row.links) if isinstance(row.links, str) else row.links
        for code in dict.fromkeys((links or {}).get("article", [])):
            run(
                sa.text("INSERT INTO plugin_blog_article_link (text_id, target_code) VALUES (:text, :code)"),
                {"text": row.id, "code": code},
            )


def _note_errata() -> None:
    """An erratum stood only as a column of the work, and in the sources of the texts that cite it."""
    run = op.get_bind().execute
    found = sa.text("SELECT id, erratum_doi, updated_at FROM plugin_blog_reference WHERE erratum_doi != ''")
    for row in run(found).all():
        run(
            sa.text(
                "INSERT INTO plugin_blog_reference_update (reference_id, kind, doi, noted_on, notes) "
                "VALUES (:id, 'erratum', :doi, :day, '{}')"
            ),
            {"id": row.id, "doi": row.erratum_doi, "day": str(row.updated_at)[:10]},
        )
    _rewrite_sources(_with_updates)


def _keep_errata() -> None:
    run = op.get_bind().execute
    run(
        sa.text(
            "UPDATE plugin_blog_reference SET erratum_doi = coalesce((SELECT max(doi) "
            "FROM plugin_blog_reference_update "
            "WHERE kind = 'erratum' AND reference_id = plugin_blog_reference.id), '')"
        )
    )
    _rewrite_sources(_with_erratum)


def _rewrite_sources(rewritten: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    texts = sa.table("plugin_blog_article_text", sa.column("id"), sa.column("sources", sa.JSON()))
    run = op.get_bind().execute
    for row in run(sa.select(texts.c.id, texts.c.sources)).all():
        sources = [rewritten(source) for source in row.sources or []]
        run(texts.update().where(texts.c.id == row.id).values(sources=sources))


def _with_updates(source: dict[str, Any]) -> dict[str, Any]:
    doi = source.pop("erratum_doi", "")
    return source | {"updates": [{"kind": "erratum", "doi": doi}] if doi else []}


def _with_erratum(source: dict[str, Any]) -> dict[str, Any]:
    updates = source.pop("updates", [])
    return source | {"erratum_doi": next((it["doi"] for it in updates if it["kind"] == "erratum"), "")}
