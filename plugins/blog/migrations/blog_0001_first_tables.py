"""The first tables of the blog."""

import sqlalchemy as sa
from alembic import op

import storefront.database

revision = "blog_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plugin_blog_author",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("bios", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_blog_author")),
        sa.UniqueConstraint("key", name=op.f("uq_plugin_blog_author_key")),
    )
    op.create_table(
        "plugin_blog_reference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("more_authors", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=5), nullable=False),
        sa.Column("journal", sa.String(length=200), nullable=False),
        sa.Column("journal_abbr", sa.String(length=120), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("volume", sa.String(length=20), nullable=False),
        sa.Column("issue", sa.String(length=20), nullable=False),
        sa.Column("pages", sa.String(length=40), nullable=False),
        sa.Column("article_no", sa.String(length=40), nullable=False),
        sa.Column("published", sa.String(length=10), nullable=False),
        sa.Column("doi", sa.String(length=200), nullable=True),
        sa.Column("pmid", sa.String(length=8), nullable=True),
        sa.Column("pmcid", sa.String(length=12), nullable=True),
        sa.Column("erratum_doi", sa.String(length=200), nullable=False),
        sa.Column("study", sa.JSON(), nullable=False),
        sa.Column("updated_at", storefront.database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_blog_reference")),
        sa.UniqueConstraint("doi", name=op.f("uq_plugin_blog_reference_doi")),
        sa.UniqueConstraint("key", name=op.f("uq_plugin_blog_reference_key")),
        sa.UniqueConstraint("pmcid", name=op.f("uq_plugin_blog_reference_pmcid")),
        sa.UniqueConstraint("pmid", name=op.f("uq_plugin_blog_reference_pmid")),
    )
    op.create_table(
        "plugin_blog_topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("collection_code", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_blog_topic")),
        sa.UniqueConstraint("key", name=op.f("uq_plugin_blog_topic_key")),
    )
    op.create_table(
        "plugin_blog_article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("picture", sa.JSON(), nullable=False),
        sa.Column("featured", sa.Boolean(), nullable=False),
        sa.Column("published_at", storefront.database.UtcDateTime(), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("review_due", sa.Date(), nullable=True),
        sa.Column("updated_at", storefront.database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["plugin_blog_author.id"],
            name=op.f("fk_plugin_blog_article_author_id_plugin_blog_author"),
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"],
            ["plugin_blog_author.id"],
            name=op.f("fk_plugin_blog_article_reviewer_id_plugin_blog_author"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_blog_article")),
        sa.UniqueConstraint("code", name=op.f("uq_plugin_blog_article_code")),
    )
    with op.batch_alter_table("plugin_blog_article", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plugin_blog_article_author_id"), ["author_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_plugin_blog_article_published_at"), ["published_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_plugin_blog_article_reviewer_id"), ["reviewer_id"], unique=False)

    op.create_table(
        "plugin_blog_topic_text",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("intro", sa.Text(), nullable=False),
        sa.Column("order_heading", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["plugin_blog_topic.id"],
            name=op.f("fk_plugin_blog_topic_text_topic_id_plugin_blog_topic"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("topic_id", "lang", name=op.f("pk_plugin_blog_topic_text")),
        sa.UniqueConstraint("lang", "slug", name=op.f("uq_plugin_blog_topic_text_lang_slug")),
    )
    op.create_table(
        "plugin_blog_article_ingredient",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("ingredient_code", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["plugin_blog_article.id"],
            name=op.f("fk_plugin_blog_article_ingredient_article_id_plugin_blog_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "article_id", "ingredient_code", name=op.f("pk_plugin_blog_article_ingredient")
        ),
    )
    with op.batch_alter_table("plugin_blog_article_ingredient", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_plugin_blog_article_ingredient_ingredient_code"), ["ingredient_code"], unique=False
        )

    op.create_table(
        "plugin_blog_article_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("meta_description", sa.String(length=200), nullable=False),
        sa.Column("image_alt", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("updated_at", storefront.database.UtcDateTime(), nullable=False),
        sa.Column("teaser", sa.Text(), nullable=False),
        sa.Column("description", sa.String(length=300), nullable=False),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.Column("toc", sa.JSON(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["plugin_blog_article.id"],
            name=op.f("fk_plugin_blog_article_text_article_id_plugin_blog_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_blog_article_text")),
        sa.UniqueConstraint("article_id", "lang", name=op.f("uq_plugin_blog_article_text_article_id_lang")),
        sa.UniqueConstraint("lang", "slug", name=op.f("uq_plugin_blog_article_text_lang_slug")),
    )
    op.create_table(
        "plugin_blog_article_topic",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["plugin_blog_article.id"],
            name=op.f("fk_plugin_blog_article_topic_article_id_plugin_blog_article"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["plugin_blog_topic.id"],
            name=op.f("fk_plugin_blog_article_topic_topic_id_plugin_blog_topic"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_id", "topic_id", name=op.f("pk_plugin_blog_article_topic")),
    )
    with op.batch_alter_table("plugin_blog_article_topic", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plugin_blog_article_topic_topic_id"), ["topic_id"], unique=False)

    op.create_table(
        "plugin_blog_slug_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["plugin_blog_article.id"],
            name=op.f("fk_plugin_blog_slug_history_article_id_plugin_blog_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_blog_slug_history")),
        sa.UniqueConstraint("lang", "slug", name=op.f("uq_plugin_blog_slug_history_lang_slug")),
    )
    with op.batch_alter_table("plugin_blog_slug_history", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_plugin_blog_slug_history_article_id"), ["article_id"], unique=False
        )

    op.create_table(
        "plugin_blog_article_citation",
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("reference_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reference_id"],
            ["plugin_blog_reference.id"],
            name=op.f("fk_plugin_blog_article_citation_reference_id_plugin_blog_reference"),
        ),
        sa.ForeignKeyConstraint(
            ["text_id"],
            ["plugin_blog_article_text.id"],
            name=op.f("fk_plugin_blog_article_citation_text_id_plugin_blog_article_text"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("text_id", "reference_id", name=op.f("pk_plugin_blog_article_citation")),
    )
    with op.batch_alter_table("plugin_blog_article_citation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_plugin_blog_article_citation_reference_id"), ["reference_id"], unique=False
        )

    op.create_table(
        "plugin_blog_article_collection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("collection_code", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["text_id"],
            ["plugin_blog_article_text.id"],
            name=op.f("fk_plugin_blog_article_collection_text_id_plugin_blog_article_text"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_blog_article_collection")),
    )
    with op.batch_alter_table("plugin_blog_article_collection", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_plugin_blog_article_collection_collection_code"), ["collection_code"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_plugin_blog_article_collection_text_id"), ["text_id"], unique=False
        )

    op.create_table(
        "plugin_blog_article_product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("product_code", sa.String(length=40), nullable=False),
        sa.Column("placement", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["text_id"],
            ["plugin_blog_article_text.id"],
            name=op.f("fk_plugin_blog_article_product_text_id_plugin_blog_article_text"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_blog_article_product")),
    )
    with op.batch_alter_table("plugin_blog_article_product", schema=None) as batch_op:
        batch_op.create_index(
            "ix_plugin_blog_article_product_code", ["product_code", "text_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_plugin_blog_article_product_text_id"), ["text_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("plugin_blog_article_product", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plugin_blog_article_product_text_id"))
        batch_op.drop_index("ix_plugin_blog_article_product_code")

    op.drop_table("plugin_blog_article_product")
    with op.batch_alter_table("plugin_blog_article_collection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plugin_blog_article_collection_text_id"))
        batch_op.drop_index(batch_op.f("ix_plugin_blog_article_collection_collection_code"))

    op.drop_table("plugin_blog_article_collection")
    with op.batch_alter_table("plugin_blog_article_citation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plugin_blog_article_citation_reference_id"))

    op.drop_table("plugin_blog_article_citation")
    with op.batch_alter_table("plugin_blog_slug_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plugin_blog_slug_history_article_id"))

    op.drop_table("plugin_blog_slug_history")
    with op.batch_alter_table("plugin_blog_article_topic", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plugin_blog_article_topic_topic_id"))

    op.drop_table("plugin_blog_article_topic")
    op.drop_table("plugin_blog_article_text")
    with op.batch_alter_table("plugin_blog_article_ingredient", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plugin_blog_article_ingredient_ingredient_code"))

    op.drop_table("plugin_blog_article_ingredient")
    op.drop_table("plugin_blog_topic_text")
    with op.batch_alter_table("plugin_blog_article", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plugin_blog_article_reviewer_id"))
        batch_op.drop_index(batch_op.f("ix_plugin_blog_article_published_at"))
        batch_op.drop_index(batch_op.f("ix_plugin_blog_article_author_id"))

    op.drop_table("plugin_blog_article")
    op.drop_table("plugin_blog_topic")
    op.drop_table("plugin_blog_reference")
    op.drop_table("plugin_blog_author")
