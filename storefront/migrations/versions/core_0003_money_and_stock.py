"""Money and stock: states of the goods, discounts, delivery by weight, invoices, withdrawals, many workers."""

import sqlalchemy as sa
import storefront.database
from alembic import op

revision = 'core_0003'
down_revision = 'core_0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # --- orders (states)
    # SQLite makes the table anew and forgets its checks: the one of before is named once more.
    before = sa.CheckConstraint('total_cents > 0', name=op.f('ck_customer_order_total_positive'))
    with op.batch_alter_table('customer_order', table_args=(before,)) as batch_op:
        for name in ('packed_at', 'delivered_at', 'returned_at'):
            batch_op.add_column(sa.Column(name, storefront.database.UtcDateTime(), nullable=True))
        batch_op.create_check_constraint(
            op.f('ck_customer_order_refunded_within_total'), 'refunded_cents >= 0 AND refunded_cents <= total_cents'
        )
    for table in APPEND_ONLY:
        _refuse_changes(table)
    # --- payments
    op.create_table('dispute',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('payment_id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(length=120), nullable=False),
    sa.Column('amount_cents', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('answer_by', storefront.database.UtcDateTime(), nullable=True),
    sa.Column('opened_at', storefront.database.UtcDateTime(), nullable=False),
    sa.Column('closed_at', storefront.database.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['payment_id'], ['payment.id'], name=op.f('fk_dispute_payment_id_payment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dispute')),
    sa.UniqueConstraint('reference', name=op.f('uq_dispute_reference'))
    )
    with op.batch_alter_table('dispute', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_dispute_payment_id'), ['payment_id'], unique=False)
    with op.batch_alter_table('payment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('answered_at', storefront.database.UtcDateTime(), nullable=True))
        batch_op.create_index(batch_op.f('ix_payment_intent'), ['intent'], unique=False)
    op.execute('UPDATE payment SET answered_at = completed_at')
    with op.batch_alter_table('refund', schema=None) as batch_op:
        batch_op.add_column(sa.Column('restock', sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table('provider_event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('about', sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column('news', sa.JSON(), nullable=True))
        batch_op.create_index(batch_op.f('ix_provider_event_about'), ['about'], unique=False)
    # --- pricing: discounts
    op.create_table('discount',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=True),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('value', sa.Integer(), nullable=False),
    sa.Column('minimum_cents', sa.Integer(), nullable=False),
    sa.Column('products', sa.JSON(), nullable=False),
    sa.Column('collections', sa.JSON(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('most_uses', sa.Integer(), nullable=True),
    sa.Column('most_per_customer', sa.Integer(), nullable=True),
    sa.Column('used', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('created_at', storefront.database.UtcDateTime(), nullable=False),
    sa.CheckConstraint('used >= 0', name=op.f('ck_discount_used_not_negative')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_discount')),
    sa.UniqueConstraint('code', name=op.f('uq_discount_code'))
    )
    op.create_table('discount_use',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('discount_id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('customer', sa.String(length=64), nullable=False),
    sa.Column('taken_at', storefront.database.UtcDateTime(), nullable=False),
    sa.Column('released_at', storefront.database.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['discount_id'], ['discount.id'], name=op.f('fk_discount_use_discount_id_discount')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_discount_use')),
    sa.UniqueConstraint('discount_id', 'order_id', name=op.f('uq_discount_use_discount_id_order_id'))
    )
    with op.batch_alter_table('discount_use', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_discount_use_customer'), ['customer'], unique=False)
        batch_op.create_index(batch_op.f('ix_discount_use_order_id'), ['order_id'], unique=False)
    with op.batch_alter_table('customer_order', schema=None) as batch_op:
        batch_op.add_column(sa.Column('discount_cents', sa.Integer(), server_default=sa.text('0'), nullable=False))
        batch_op.add_column(sa.Column('discounts', sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
    with op.batch_alter_table('order_line', schema=None) as batch_op:
        batch_op.add_column(sa.Column('discount_cents', sa.Integer(), server_default=sa.text('0'), nullable=False))
    # --- pricing: delivery
    op.add_column('variant', sa.Column('shipping_grams', sa.Integer(), nullable=True))
    op.create_table('shipping_zone',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('countries', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shipping_zone')),
    sa.UniqueConstraint('code', name=op.f('uq_shipping_zone_code'))
    )
    with op.batch_alter_table('shipping_method') as method:
        method.add_column(sa.Column('zone_id', sa.Integer(), nullable=True))
        method.add_column(sa.Column('steps', sa.JSON(), nullable=True))
    _countries_to_zones()
    with op.batch_alter_table('shipping_method') as method:
        method.alter_column('zone_id', existing_type=sa.Integer(), nullable=False)
        method.alter_column('steps', existing_type=sa.JSON(), nullable=False)
        method.drop_constraint('uq_shipping_method_country_code', type_='unique')
        method.drop_column('country')
        method.drop_column('price_cents')
        method.create_unique_constraint(op.f('uq_shipping_method_zone_id_code'), ['zone_id', 'code'])
        method.create_foreign_key(
            op.f('fk_shipping_method_zone_id_shipping_zone'), 'shipping_zone', ['zone_id'], ['id'],
            ondelete='CASCADE',
        )
    # --- orders: invoices
    op.create_table('document_counter',
    sa.Column('series', sa.String(length=12), nullable=False),
    sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('series', 'year', name=op.f('pk_document_counter'))
    )
    op.create_table('invoice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('series', sa.String(length=12), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('credits', sa.String(length=20), nullable=True),
    sa.Column('issued_at', storefront.database.UtcDateTime(), nullable=False),
    sa.Column('lang', sa.String(length=2), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('seller', sa.JSON(), nullable=False),
    sa.Column('buyer', sa.JSON(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.Column('goods_cents', sa.Integer(), nullable=False),
    sa.Column('discounts', sa.JSON(), nullable=False),
    sa.Column('shipping_cents', sa.Integer(), nullable=False),
    sa.Column('total_cents', sa.Integer(), nullable=False),
    sa.Column('vat', sa.JSON(), nullable=False),
    sa.CheckConstraint('total_cents >= 0', name=op.f('ck_invoice_total_not_negative')),
    sa.ForeignKeyConstraint(['order_id'], ['customer_order.id'], name=op.f('fk_invoice_order_id_customer_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoice')),
    sa.UniqueConstraint('code', name=op.f('uq_invoice_code')),
    sa.UniqueConstraint('series', 'year', 'number', name=op.f('uq_invoice_series_year_number'))
    )
    with op.batch_alter_table('invoice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invoice_order_id'), ['order_id'], unique=False)
        batch_op.create_index('uq_invoice_order', ['order_id'], unique=True, sqlite_where=sa.text("series = 'invoice'"), postgresql_where=sa.text("series = 'invoice'"))
    # --- orders: withdrawals
    op.add_column('variant', sa.Column('sealed', sa.Boolean(), nullable=True))
    op.create_table('withdrawal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token', sa.String(length=40), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=True),
    sa.Column('order_number', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('lang', sa.String(length=2), nullable=False),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.Column('received_at', storefront.database.UtcDateTime(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('decided_at', storefront.database.UtcDateTime(), nullable=True),
    sa.Column('decided_by', sa.String(length=120), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('returned', sa.JSON(), nullable=False),
    sa.Column('refund_cents', sa.Integer(), nullable=False),
    sa.Column('given_back_before', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['customer_order.id'], name=op.f('fk_withdrawal_order_id_customer_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_withdrawal')),
    sa.UniqueConstraint('token', name=op.f('uq_withdrawal_token'))
    )
    with op.batch_alter_table('withdrawal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_withdrawal_order_id'), ['order_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_withdrawal_state'), ['state'], unique=False)

    # --- jobs
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.add_column(sa.Column('first_tried_at', storefront.database.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column('leased_by', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('dead_at', storefront.database.UtcDateTime(), nullable=True))
    op.execute('UPDATE job SET dead_at = run_at, leased_until = NULL WHERE done_at IS NULL AND attempts >= 60')
    op.create_table('periodic',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('next_run_at', storefront.database.UtcDateTime(), nullable=False),
    sa.Column('leased_until', storefront.database.UtcDateTime(), nullable=True),
    sa.Column('leased_by', sa.String(length=40), nullable=True),
    sa.Column('ran_at', storefront.database.UtcDateTime(), nullable=True),
    sa.Column('error', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_periodic'))
    )
    op.create_table('heartbeat',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('seen_at', storefront.database.UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_heartbeat'))
    )


def downgrade() -> None:
    # --- jobs
    op.drop_table('heartbeat')
    op.drop_table('periodic')
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_column('dead_at')
        batch_op.drop_column('leased_by')
        batch_op.drop_column('first_tried_at')
    # --- orders: withdrawals
    op.drop_table('withdrawal')
    with op.batch_alter_table('variant') as batch_op:
        batch_op.drop_column('sealed')
    # --- orders: invoices
    op.drop_table('invoice')
    op.drop_table('document_counter')
    # --- pricing: delivery
    with op.batch_alter_table('shipping_method') as method:
        method.drop_constraint(op.f('fk_shipping_method_zone_id_shipping_zone'), type_='foreignkey')
        method.drop_constraint(op.f('uq_shipping_method_zone_id_code'), type_='unique')
        method.add_column(sa.Column('country', sa.String(length=2), nullable=True))
        method.add_column(sa.Column('price_cents', sa.Integer(), nullable=True))
    _zones_to_countries()
    with op.batch_alter_table('shipping_method') as method:
        method.alter_column('country', existing_type=sa.String(length=2), nullable=False)
        method.alter_column('price_cents', existing_type=sa.Integer(), nullable=False)
        method.drop_column('zone_id')
        method.drop_column('steps')
        method.create_unique_constraint(op.f('uq_shipping_method_country_code'), ['country', 'code'])
    op.drop_table('shipping_zone')
    positive = sa.CheckConstraint('price_cents > 0', name=op.f('ck_variant_price_positive'))
    with op.batch_alter_table('variant', table_args=(positive,)) as variant:
        variant.drop_column('shipping_grams')
    # --- pricing: discounts
    with op.batch_alter_table('order_line', schema=None) as batch_op:
        batch_op.drop_column('discount_cents')
    with op.batch_alter_table('customer_order', schema=None) as batch_op:
        batch_op.drop_column('discounts')
        batch_op.drop_column('discount_cents')
    op.drop_table('discount_use')
    op.drop_table('discount')
    # --- payments
    with op.batch_alter_table('provider_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_provider_event_about'))
        batch_op.drop_column('news')
        batch_op.drop_column('about')
    with op.batch_alter_table('refund', schema=None) as batch_op:
        batch_op.drop_column('restock')
    with op.batch_alter_table('payment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payment_intent'))
        batch_op.drop_column('answered_at')
    op.drop_table('dispute')
    # --- orders (states)
    for table in APPEND_ONLY:
        _allow_changes(table)
    order = sa.table('customer_order', sa.column('state', sa.String()))
    for state, older in (('packed', 'paid'), ('delivered', 'sent'), ('returned', 'sent')):
        op.execute(order.update().where(order.c.state == state).values(state=older))
    before = sa.CheckConstraint('total_cents > 0', name=op.f('ck_customer_order_total_positive'))
    with op.batch_alter_table('customer_order', table_args=(before,)) as batch_op:
        if op.get_bind().dialect.name != 'sqlite':
            batch_op.drop_constraint(op.f('ck_customer_order_refunded_within_total'), type_='check')
        for name in ('returned_at', 'delivered_at', 'packed_at'):
            batch_op.drop_column(name)
    pass


METHOD = sa.table(
    'shipping_method',
    *(sa.column(name, sa.Integer()) for name in ('id', 'zone_id', 'position', 'price_cents', 'free_from_cents')),
    *(sa.column(name, sa.String()) for name in ('country', 'code')),
    *(sa.column(name, sa.JSON()) for name in ('names', 'details', 'steps')),
)
ZONE = sa.table(
    'shipping_zone',
    *(sa.column(name, sa.Integer()) for name in ('id', 'position')),
    sa.column('code', sa.String()),
    *(sa.column(name, sa.JSON()) for name in ('names', 'countries')),
)
COUNTRY_NAMES = {'NL': {'nl': 'Nederland', 'en': 'Netherlands'}, 'BE': {'nl': 'België', 'en': 'Belgium'}}


def _countries_to_zones() -> None:
    """Each country becomes a zone of its own, in the order that they were shown in; prices stay."""
    run = op.get_bind().execute
    rows = run(sa.select(METHOD.c.id, METHOD.c.country, METHOD.c.price_cents)).all()
    for number, country in enumerate(sorted({row.country for row in rows}, reverse=True), 1):
        names = COUNTRY_NAMES.get(country, {'nl': country, 'en': country})
        run(ZONE.insert().values(code=country, position=number, names=names, countries=[country]))
    zones = {row.code: row.id for row in run(sa.select(ZONE.c.code, ZONE.c.id))}
    for row in rows:
        steps = [{'price_cents': row.price_cents, 'up_to_grams': None, 'from_cents': 0}]
        run(METHOD.update().where(METHOD.c.id == row.id).values(zone_id=zones[row.country], steps=steps))


def _zones_to_countries() -> None:
    """Each country gets the ways of its zone again, at the price of the lightest parcel."""
    run = op.get_bind().execute
    zones = {row.id: row for row in run(sa.select(ZONE))}
    for row in run(sa.select(METHOD)).all():
        first, *others = zones[row.zone_id].countries
        price = min(step['price_cents'] for step in row.steps if step['from_cents'] == 0)
        run(METHOD.update().where(METHOD.c.id == row.id).values(country=first, price_cents=price))
        kept = {**row._mapping, 'price_cents': price}
        del kept['id']
        for country in others:
            run(METHOD.insert().values({**kept, 'country': country}))


APPEND_ONLY = ('order_event', 'stock_movement')


def _refuse_changes(table: str) -> None:
    """Rows of this table can be added and read; the database refuses everything else."""
    if op.get_bind().dialect.name == 'sqlite':
        for what in ('UPDATE', 'DELETE'):
            op.execute(
                f'CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} '
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f'CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS '
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'restrict_violation'; END $$"
    )
    for what, each in (('UPDATE OR DELETE', 'ROW'), ('TRUNCATE', 'STATEMENT')):
        op.execute(
            f'CREATE TRIGGER {table}_no_{what.split()[0].lower()} BEFORE {what} ON {table} '
            f'FOR EACH {each} EXECUTE FUNCTION {table}_append_only()'
        )


def _allow_changes(table: str) -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for what in ('update', 'delete'):
            op.execute(f'DROP TRIGGER {table}_no_{what}')
        return
    op.execute(f'DROP FUNCTION {table}_append_only() CASCADE')
