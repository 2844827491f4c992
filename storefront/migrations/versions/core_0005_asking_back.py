"""What plugins note on an order; who wants to hear when a product is back in stock."""

import sqlalchemy as sa
import storefront.database
from alembic import op

revision = "core_0005"
down_revision = "core_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # --- orders: what plugins note
    op.add_column("customer_order", sa.Column("notes", sa.JSON(), server_default="{}", nullable=False))
    # --- pricing: how long delivery takes
    for name in ("handling_days", "days_from", "days_to"):
        op.add_column("shipping_method", sa.Column(name, sa.Integer(), nullable=True))
    # --- stock: who asked to be told
    op.create_table(
        "stock_alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("asked_at", storefront.database.UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", storefront.database.UtcDateTime(), nullable=True),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
            name=op.f("fk_stock_alert_product_id_product"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_alert")),
        sa.UniqueConstraint("product_id", "email", name=op.f("uq_stock_alert_product_id_email")),
        sa.UniqueConstraint("token", name=op.f("uq_stock_alert_token")),
    )


def downgrade() -> None:
    # --- stock: who asked to be told
    op.drop_table("stock_alert")
    # --- pricing: how long delivery takes
    for name in ("days_to", "days_from", "handling_days"):
        op.drop_column("shipping_method", name)
    # --- orders: what plugins note
    op.drop_column("customer_order", "notes")
