"""The table of the announcement."""

import sqlalchemy as sa
from alembic import op

revision = "announcement_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plugin_announcement_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_announcement_notice")),
    )


def downgrade() -> None:
    op.drop_table("plugin_announcement_notice")
