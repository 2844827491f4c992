"""The version of what pages show; what a refund belongs to, what was sealed when it was sold."""

import secrets

import sqlalchemy as sa
import storefront.database
from alembic import op

revision = 'core_0004'
down_revision = 'core_0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # --- content version
    table = op.create_table('content_version',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_content_version_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_content_version'))
    )
    op.bulk_insert(table, [{'id': 1, 'token': secrets.token_hex(16)}])
    # --- orders: sealed goods
    op.add_column('order_line', sa.Column('sealed', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        'UPDATE order_line SET sealed = coalesce((SELECT coalesce(variant.sealed, product.sealed) FROM variant '
        'JOIN product ON product.id = variant.product_id WHERE variant.id = order_line.variant_id), sealed)'
    )
    # --- orders: returns that staff write down
    op.add_column('withdrawal', sa.Column('noted_by', sa.String(length=120), server_default='', nullable=False))
    # --- payments: refunds
    with op.batch_alter_table('refund', schema=None) as batch_op:
        batch_op.add_column(sa.Column('withdrawal_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('settled_at', storefront.database.UtcDateTime(), nullable=True))
        batch_op.create_foreign_key(
            op.f('fk_refund_withdrawal_id_withdrawal'), 'withdrawal', ['withdrawal_id'], ['id']
        )
        batch_op.create_index(
            'uq_refund_withdrawal',
            ['withdrawal_id'],
            unique=True,
            sqlite_where=sa.text("state != 'failed'"),
            postgresql_where=sa.text("state != 'failed'"),
        )
    _link_refunds()


def downgrade() -> None:
    # --- payments: refunds
    with op.batch_alter_table('refund', schema=None) as batch_op:
        batch_op.drop_index('uq_refund_withdrawal')
        batch_op.drop_constraint(op.f('fk_refund_withdrawal_id_withdrawal'), type_='foreignkey')
        batch_op.drop_column('settled_at')
        batch_op.drop_column('withdrawal_id')
    # --- orders: returns that staff write down
    op.drop_column('withdrawal', 'noted_by')
    # --- orders: sealed goods
    op.drop_column('order_line', 'sealed')
    # --- content version
    op.drop_table('content_version')


def _link_refunds() -> None:
    """Each withdrawal whose goods came back gets the refund that was begun for it: the next of its amount."""
    run = op.get_bind().execute
    found = run(
        sa.text(
            'SELECT withdrawal.id AS withdrawal, refund.id AS refund FROM withdrawal '
            'JOIN payment ON payment.order_id = withdrawal.order_id JOIN refund ON refund.payment_id = payment.id '
            "WHERE withdrawal.refund_cents = refund.amount_cents AND withdrawal.state IN ('refunding', 'done') "
            "AND refund.state != 'failed' AND refund.created_at >= withdrawal.decided_at "
            'ORDER BY withdrawal.decided_at, withdrawal.id, refund.id'
        )
    )
    linked: dict[int, int] = {}
    for row in found.all():
        if row.withdrawal not in linked and row.refund not in linked.values():
            linked[row.withdrawal] = row.refund
    for withdrawal, refund in linked.items():
        run(
            sa.text('UPDATE refund SET withdrawal_id = :withdrawal WHERE id = :refund'),
            {'withdrawal': withdrawal, 'refund': refund},
        )
