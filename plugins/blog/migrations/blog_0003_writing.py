"""The life of articles: working copies, versions by block, revisions, a tree of topics, imports."""

import sqlalchemy as sa
from alembic import op

import storefront.database

revision = "blog_0003"
down_revision = "blog_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # --- editor
    op.create_table(
        "plugin_blog_working_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("article_code", sa.String(length=60), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("based_on", storefront.database.UtcDateTime(), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("opened_at", storefront.database.UtcDateTime(), nullable=False),
        sa.Column("saved_at", storefront.database.UtcDateTime(), nullable=False),
        sa.Column("seen_at", storefront.database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_blog_working_copy")),
        sa.UniqueConstraint("key", name=op.f("uq_plugin_blog_working_copy_key")),
    )
    with op.batch_alter_table("plugin_blog_working_copy", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_plugin_blog_working_copy_article_code"), ["article_code"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_plugin_blog_working_copy_seen_at"), ["seen_at"], unique=False)
    # --- languages and editorial life
    with op.batch_alter_table("plugin_blog_article", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("source_lang", sa.String(length=2), server_default=sa.text("'nl'"), nullable=False)
        )
    with op.batch_alter_table("plugin_blog_article_text", schema=None) as batch_op:
        batch_op.add_column(sa.Column("published_at", storefront.database.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("publish_at", storefront.database.UtcDateTime(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_plugin_blog_article_text_published_at"), ["published_at"], unique=False
        )
    op.create_table(
        "plugin_blog_block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("of_id", sa.Integer(), nullable=True),
        sa.Column("of_version", sa.Integer(), nullable=True),
        sa.Column("of_source", sa.Text(), nullable=False),
        sa.Column("alone", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["of_id"],
            ["plugin_blog_block.id"],
            name=op.f("fk_plugin_blog_block_of_id_plugin_blog_block"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["text_id"],
            ["plugin_blog_article_text.id"],
            name=op.f("fk_plugin_blog_block_text_id_plugin_blog_article_text"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_blog_block")),
    )
    with op.batch_alter_table("plugin_blog_block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plugin_blog_block_of_id"), ["of_id"], unique=False)
        batch_op.create_index("ix_plugin_blog_block_text", ["text_id", "position"], unique=False)
    op.create_table(
        "plugin_blog_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", storefront.database.UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("deed", sa.String(length=12), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["plugin_blog_article.id"],
            name=op.f("fk_plugin_blog_revision_article_id_plugin_blog_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_blog_revision")),
        sa.UniqueConstraint(
            "article_id", "lang", "number", name=op.f("uq_plugin_blog_revision_article_id_lang_number")
        ),
    )
    op.create_table(
        "plugin_blog_article_related",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("related_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["plugin_blog_article.id"],
            name=op.f("fk_plugin_blog_article_related_article_id_plugin_blog_article"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["related_id"],
            ["plugin_blog_article.id"],
            name=op.f("fk_plugin_blog_article_related_related_id_plugin_blog_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_id", "related_id", name=op.f("pk_plugin_blog_article_related")),
    )
    with op.batch_alter_table("plugin_blog_article_related", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_plugin_blog_article_related_related_id"), ["related_id"], unique=False
        )
    op.execute(
        "UPDATE plugin_blog_article_text SET published_at = (SELECT article.published_at "
        "FROM plugin_blog_article AS article WHERE article.id = plugin_blog_article_text.article_id) "
        "WHERE state = 'published' OR NOT EXISTS (SELECT 1 FROM plugin_blog_article_text AS other "
        "WHERE other.article_id = plugin_blog_article_text.article_id AND other.state = 'published')"
    )
    with op.batch_alter_table("plugin_blog_article", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plugin_blog_article_published_at"))
        batch_op.drop_column("published_at")
    # --- found, in and out
    with op.batch_alter_table("plugin_blog_author", schema=None) as batch_op:
        batch_op.add_column(sa.Column("picture", sa.JSON(), server_default=sa.text("'{}'"), nullable=False))
        batch_op.add_column(sa.Column("same_as", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
    with op.batch_alter_table("plugin_blog_topic", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parent_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_plugin_blog_topic_parent_id"), ["parent_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_plugin_blog_topic_parent_id_plugin_blog_topic"),
            "plugin_blog_topic",
            ["parent_id"],
            ["id"],
        )
    op.create_table(
        "plugin_blog_topic_slug_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["plugin_blog_topic.id"],
            name=op.f("fk_plugin_blog_topic_slug_history_topic_id_plugin_blog_topic"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_blog_topic_slug_history")),
        sa.UniqueConstraint("lang", "slug", name=op.f("uq_plugin_blog_topic_slug_history_lang_slug")),
    )
    with op.batch_alter_table("plugin_blog_topic_slug_history", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_plugin_blog_topic_slug_history_topic_id"), ["topic_id"], unique=False
        )
    op.create_table(
        "plugin_blog_old_address",
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["plugin_blog_article.id"],
            name=op.f("fk_plugin_blog_old_address_article_id_plugin_blog_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_plugin_blog_old_address")),
    )
    with op.batch_alter_table("plugin_blog_old_address", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_plugin_blog_old_address_article_id"), ["article_id"], unique=False
        )
    op.create_table(
        "plugin_blog_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("made_at", storefront.database.UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("choices", sa.JSON(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_blog_import")),
    )


def downgrade() -> None:
    # --- found, in and out
    op.drop_table("plugin_blog_import")
    op.drop_table("plugin_blog_old_address")
    op.drop_table("plugin_blog_topic_slug_history")
    with op.batch_alter_table("plugin_blog_topic", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_plugin_blog_topic_parent_id_plugin_blog_topic"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_plugin_blog_topic_parent_id"))
        batch_op.drop_column("parent_id")
    with op.batch_alter_table("plugin_blog_author", schema=None) as batch_op:
        batch_op.drop_column("same_as")
        batch_op.drop_column("picture")
    # --- languages and editorial life
    with op.batch_alter_table("plugin_blog_article", schema=None) as batch_op:
        batch_op.add_column(sa.Column("published_at", storefront.database.UtcDateTime(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_plugin_blog_article_published_at"), ["published_at"], unique=False
        )
    op.execute(
        "UPDATE plugin_blog_article SET published_at = (SELECT min(text.published_at) "
        "FROM plugin_blog_article_text AS text WHERE text.article_id = plugin_blog_article.id)"
    )
    op.drop_table("plugin_blog_article_related")
    op.drop_table("plugin_blog_revision")
    op.drop_table("plugin_blog_block")
    with op.batch_alter_table("plugin_blog_article_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plugin_blog_article_text_published_at"))
        batch_op.drop_column("publish_at")
        batch_op.drop_column("published_at")
    with op.batch_alter_table("plugin_blog_article", schema=None) as batch_op:
        batch_op.drop_column("source_lang")
    # --- editor
    op.drop_table("plugin_blog_working_copy")
