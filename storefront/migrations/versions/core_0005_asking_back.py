"""What plugins note on an order."""

import sqlalchemy as sa
from alembic import op

revision = "core_0005"
down_revision = "core_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # --- orders: what plugins note
    op.add_column("customer_order", sa.Column("notes", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    # --- orders: what plugins note
    op.drop_column("customer_order", "notes")
