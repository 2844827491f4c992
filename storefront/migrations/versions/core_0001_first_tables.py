"""first tables"""

import sqlalchemy as sa
import storefront.database
from alembic import op

revision = 'core_0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('password', sa.String(length=255), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('fs_uniquifier', sa.String(length=64), nullable=False),
    sa.Column('created_at', storefront.database.UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('email', name=op.f('uq_account_email')),
    sa.UniqueConstraint('fs_uniquifier', name=op.f('uq_account_fs_uniquifier'))
    )
    op.create_table('audit_record',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', storefront.database.UtcDateTime(), nullable=False),
    sa.Column('actor', sa.String(length=120), nullable=False),
    sa.Column('action', sa.String(length=60), nullable=False),
    sa.Column('target', sa.String(length=120), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_record'))
    )
    with op.batch_alter_table('audit_record', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_record_at'), ['at'], unique=False)

    op.create_table('collection',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_collection')),
    sa.UniqueConstraint('code', name=op.f('uq_collection_code'))
    )
    op.create_table('customer_order',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=8), nullable=False),
    sa.Column('token', sa.String(length=40), nullable=False),
    sa.Column('cart_id', sa.String(length=40), nullable=False),
    sa.Column('cart_digest', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('lang', sa.String(length=2), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('street', sa.String(length=160), nullable=False),
    sa.Column('postcode', sa.String(length=16), nullable=False),
    sa.Column('city', sa.String(length=100), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('phone', sa.String(length=30), nullable=False),
    sa.Column('shipping_code', sa.String(length=40), nullable=False),
    sa.Column('shipping_name', sa.String(length=120), nullable=False),
    sa.Column('payment_method', sa.String(length=20), nullable=False),
    sa.Column('payment_name', sa.String(length=60), nullable=False),
    sa.Column('goods_cents', sa.Integer(), nullable=False),
    sa.Column('shipping_cents', sa.Integer(), nullable=False),
    sa.Column('total_cents', sa.Integer(), nullable=False),
    sa.Column('vat', sa.JSON(), nullable=False),
    sa.Column('terms_accepted_at', storefront.database.UtcDateTime(), nullable=False),
    sa.Column('terms_version', storefront.database.UtcDateTime(), nullable=True),
    sa.Column('placed_at', storefront.database.UtcDateTime(), nullable=False),
    sa.Column('reserved_until', storefront.database.UtcDateTime(), nullable=False),
    sa.Column('paid_at', storefront.database.UtcDateTime(), nullable=True),
    sa.Column('sent_at', storefront.database.UtcDateTime(), nullable=True),
    sa.Column('closed_at', storefront.database.UtcDateTime(), nullable=True),
    sa.Column('tracking_code', sa.String(length=80), nullable=False),
    sa.Column('refunded_cents', sa.Integer(), nullable=False),
    sa.CheckConstraint('total_cents > 0', name=op.f('ck_customer_order_total_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer_order')),
    sa.UniqueConstraint('number', name=op.f('uq_customer_order_number')),
    sa.UniqueConstraint('token', name=op.f('uq_customer_order_token'))
    )
    with op.batch_alter_table('customer_order', schema=None) as batch_op:
        batch_op.create_index('ix_customer_order_cart', ['cart_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_customer_order_placed_at'), ['placed_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_customer_order_state'), ['state'], unique=False)
        batch_op.create_index('uq_customer_order_open_cart', ['cart_id'], unique=True, sqlite_where=sa.text("state = 'placed'"), postgresql_where=sa.text("state = 'placed'"))

    op.create_table('ingredient',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingredient')),
    sa.UniqueConstraint('code', name=op.f('uq_ingredient_code'))
    )
    op.create_table('job',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('plugin', sa.String(length=40), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('run_at', storefront.database.UtcDateTime(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('leased_until', storefront.database.UtcDateTime(), nullable=True),
    sa.Column('done_at', storefront.database.UtcDateTime(), nullable=True),
    sa.Column('error', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job'))
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index('ix_job_due', ['done_at', 'run_at'], unique=False)

    op.create_table('laboratory',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('legal_name', sa.String(length=120), nullable=False),
    sa.Column('cities', sa.JSON(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('company_group', sa.String(length=120), nullable=False),
    sa.Column('standard', sa.String(length=40), nullable=False),
    sa.Column('accreditation_body', sa.String(length=40), nullable=False),
    sa.Column('accreditation_number', sa.String(length=40), nullable=False),
    sa.Column('accredited_from', sa.Date(), nullable=True),
    sa.Column('accredited_until', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_laboratory')),
    sa.UniqueConstraint('code', name=op.f('uq_laboratory_code'))
    )
    op.create_table('page',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_page')),
    sa.UniqueConstraint('code', name=op.f('uq_page_code'))
    )
    op.create_table('picture',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('extension', sa.String(length=5), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('uploaded_at', storefront.database.UtcDateTime(), nullable=False),
    sa.Column('actor', sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_picture')),
    sa.UniqueConstraint('hash', name=op.f('uq_picture_hash'))
    )
    op.create_table('provider_event',
    sa.Column('id', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=80), nullable=False),
    sa.Column('received_at', storefront.database.UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_provider_event'))
    )
    op.create_table('role',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('description', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role')),
    sa.UniqueConstraint('name', name=op.f('uq_role_name'))
    )
    op.create_table('shipping_method',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('price_cents', sa.Integer(), nullable=False),
    sa.Column('free_from_cents', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shipping_method')),
    sa.UniqueConstraint('country', 'code', name=op.f('uq_shipping_method_country_code'))
    )
    op.create_table('site_certificate',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('scheme', sa.String(length=60), nullable=False),
    sa.Column('titles', sa.JSON(), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('holder', sa.String(length=120), nullable=False),
    sa.Column('site', sa.String(length=80), nullable=False),
    sa.Column('site_code', sa.String(length=80), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('scopes', sa.JSON(), nullable=False),
    sa.Column('body', sa.String(length=120), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=False),
    sa.Column('withdrawn', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site_certificate')),
    sa.UniqueConstraint('scheme', 'number', name=op.f('uq_site_certificate_scheme_number'))
    )
    with op.batch_alter_table('site_certificate', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_site_certificate_site_code'), ['site_code'], unique=False)

    op.create_table('slug_history',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('lang', sa.String(length=2), nullable=False),
    sa.Column('slug', sa.String(length=120), nullable=False),
    sa.Column('thing_id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_slug_history')),
    sa.UniqueConstraint('kind', 'lang', 'slug', name=op.f('uq_slug_history_kind_lang_slug'))
    )
    op.create_table('vat_rate',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('vat_class', sa.String(length=20), nullable=False),
    sa.Column('rate_bp', sa.Integer(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vat_rate')),
    sa.UniqueConstraint('country', 'vat_class', 'valid_from', name=op.f('uq_vat_rate_country_vat_class_valid_from'))
    )
    op.create_table('account_role',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('role_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_role_account_id_account'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['role_id'], ['role.id'], name=op.f('fk_account_role_role_id_role'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', 'role_id', name=op.f('pk_account_role'))
    )
    op.create_table('collection_text',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('collection_id', sa.Integer(), nullable=False),
    sa.Column('lang', sa.String(length=2), nullable=False),
    sa.Column('slug', sa.String(length=120), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('intro', sa.Text(), nullable=False),
    sa.Column('meta_description', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['collection_id'], ['collection.id'], name=op.f('fk_collection_text_collection_id_collection'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_collection_text')),
    sa.UniqueConstraint('collection_id', 'lang', name=op.f('uq_collection_text_collection_id_lang')),
    sa.UniqueConstraint('lang', 'slug', name=op.f('uq_collection_text_lang_slug'))
    )
    op.create_table('order_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('at', storefront.database.UtcDateTime(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('actor', sa.String(length=120), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['customer_order.id'], name=op.f('fk_order_event_order_id_customer_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_event'))
    )
    with op.batch_alter_table('order_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_order_event_order_id'), ['order_id'], unique=False)

    op.create_table('page_text',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('page_id', sa.Integer(), nullable=False),
    sa.Column('lang', sa.String(length=2), nullable=False),
    sa.Column('slug', sa.String(length=120), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('meta_description', sa.String(length=200), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('updated_at', storefront.database.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['page_id'], ['page.id'], name=op.f('fk_page_text_page_id_page'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_page_text')),
    sa.UniqueConstraint('lang', 'slug', name=op.f('uq_page_text_lang_slug')),
    sa.UniqueConstraint('page_id', 'lang', name=op.f('uq_page_text_page_id_lang'))
    )
    op.create_table('payment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('provider', sa.String(length=20), nullable=False),
    sa.Column('key', sa.String(length=60), nullable=False),
    sa.Column('reference', sa.String(length=120), nullable=True),
    sa.Column('intent', sa.String(length=120), nullable=True),
    sa.Column('url', sa.String(length=2000), nullable=False),
    sa.Column('method', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('amount_cents', sa.Integer(), nullable=False),
    sa.Column('received_cents', sa.Integer(), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('created_at', storefront.database.UtcDateTime(), nullable=False),
    sa.Column('completed_at', storefront.database.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['order_id'], ['customer_order.id'], name=op.f('fk_payment_order_id_customer_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment')),
    sa.UniqueConstraint('key', name=op.f('uq_payment_key')),
    sa.UniqueConstraint('order_id', 'attempt', name=op.f('uq_payment_order_id_attempt')),
    sa.UniqueConstraint('provider', 'reference', name=op.f('uq_payment_provider_reference'))
    )
    with op.batch_alter_table('payment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payment_order_id'), ['order_id'], unique=False)

    op.create_table('product',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('ingredient_id', sa.Integer(), nullable=False),
    sa.Column('form', sa.String(length=20), nullable=False),
    sa.Column('unit_price_base_grams', sa.Integer(), nullable=False),
    sa.Column('daily_units', storefront.database.ExactDecimal(length=40), nullable=False),
    sa.Column('units', sa.JSON(), nullable=False),
    sa.Column('main_analyte', sa.String(length=80), nullable=False),
    sa.Column('adults_only', sa.Boolean(), nullable=False),
    sa.Column('sealed', sa.Boolean(), nullable=False),
    sa.Column('vat_class', sa.String(length=20), nullable=False),
    sa.Column('origins', sa.JSON(), nullable=False),
    sa.Column('pictures', sa.JSON(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('created_at', storefront.database.UtcDateTime(), nullable=False),
    sa.Column('updated_at', storefront.database.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['ingredient_id'], ['ingredient.id'], name=op.f('fk_product_ingredient_id_ingredient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product')),
    sa.UniqueConstraint('code', name=op.f('uq_product_code'))
    )
    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_product_ingredient_id'), ['ingredient_id'], unique=False)
        batch_op.create_index('ix_product_listed', ['state', 'position', 'id', 'ingredient_id', 'form'], unique=False)

    op.create_table('bioavailability_reference',
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('citation', sa.String(length=300), nullable=False),
    sa.Column('doi', sa.String(length=120), nullable=False),
    sa.Column('assessor', sa.String(length=80), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_bioavailability_reference_product_id_product'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('product_id', name=op.f('pk_bioavailability_reference'))
    )
    op.create_table('collection_product',
    sa.Column('collection_id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['collection_id'], ['collection.id'], name=op.f('fk_collection_product_collection_id_collection'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_collection_product_product_id_product'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('collection_id', 'product_id', name=op.f('pk_collection_product'))
    )
    with op.batch_alter_table('collection_product', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_collection_product_product_id'), ['product_id'], unique=False)

    op.create_table('product_text',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('lang', sa.String(length=2), nullable=False),
    sa.Column('slug', sa.String(length=120), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('short_name', sa.String(length=120), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('meta_description', sa.String(length=200), nullable=False),
    sa.Column('legal_name', sa.String(length=200), nullable=False),
    sa.Column('directions', sa.Text(), nullable=False),
    sa.Column('ingredients', sa.JSON(), nullable=False),
    sa.Column('warnings', sa.JSON(), nullable=False),
    sa.Column('storage', sa.Text(), nullable=False),
    sa.Column('limit_note', sa.Text(), nullable=False),
    sa.Column('what_is_in_it', sa.Text(), nullable=False),
    sa.Column('questions', sa.JSON(), nullable=False),
    sa.Column('search_text', sa.Text(), nullable=False),
    sa.Column('updated_at', storefront.database.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_text_product_id_product'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_text')),
    sa.UniqueConstraint('lang', 'slug', name=op.f('uq_product_text_lang_slug')),
    sa.UniqueConstraint('product_id', 'lang', name=op.f('uq_product_text_product_id_lang'))
    )
    op.create_table('refund',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('payment_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=60), nullable=False),
    sa.Column('amount_cents', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('reference', sa.String(length=120), nullable=True),
    sa.Column('actor', sa.String(length=120), nullable=False),
    sa.Column('created_at', storefront.database.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['payment_id'], ['payment.id'], name=op.f('fk_refund_payment_id_payment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refund')),
    sa.UniqueConstraint('key', name=op.f('uq_refund_key'))
    )
    with op.batch_alter_table('refund', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_refund_payment_id'), ['payment_id'], unique=False)

    op.create_table('variant',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('sku', sa.String(length=40), nullable=False),
    sa.Column('gtin', sa.String(length=14), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('labels', sa.JSON(), nullable=False),
    sa.Column('pieces', sa.Integer(), nullable=True),
    sa.Column('net_grams', storefront.database.ExactDecimal(length=40), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('price_cents', sa.Integer(), nullable=False),
    sa.Column('on_sale', sa.Boolean(), nullable=False),
    sa.CheckConstraint('price_cents > 0', name=op.f('ck_variant_price_positive')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_variant_product_id_product'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_variant')),
    sa.UniqueConstraint('sku', name=op.f('uq_variant_sku'))
    )
    with op.batch_alter_table('variant', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_variant_product_id'), ['product_id'], unique=False)

    op.create_table('lot',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('search_code', sa.String(length=40), nullable=False),
    sa.Column('variant_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('sold_out_on', sa.Date(), nullable=True),
    sa.Column('site', sa.String(length=80), nullable=False),
    sa.Column('supplier', sa.String(length=120), nullable=False),
    sa.Column('raw_received_on', sa.Date(), nullable=True),
    sa.Column('made_on', sa.Date(), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=True),
    sa.Column('released_on', sa.Date(), nullable=True),
    sa.Column('on_sale_since', sa.Date(), nullable=True),
    sa.Column('best_before', sa.Date(), nullable=False),
    sa.Column('released_by', sa.String(length=80), nullable=False),
    sa.Column('recalled_on', sa.Date(), nullable=True),
    sa.Column('recall_reasons', sa.JSON(), nullable=False),
    sa.Column('recall_advice', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['variant_id'], ['variant.id'], name=op.f('fk_lot_variant_id_variant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lot')),
    sa.UniqueConstraint('code', name=op.f('uq_lot_code')),
    sa.UniqueConstraint('search_code', name=op.f('uq_lot_search_code'))
    )
    with op.batch_alter_table('lot', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lot_variant_id'), ['variant_id'], unique=False)

    op.create_table('order_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('variant_id', sa.Integer(), nullable=True),
    sa.Column('product_code', sa.String(length=40), nullable=False),
    sa.Column('sku', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('label', sa.String(length=80), nullable=False),
    sa.Column('product_slug', sa.String(length=120), nullable=False),
    sa.Column('picture', sa.String(length=100), nullable=False),
    sa.Column('raster', sa.String(length=100), nullable=False),
    sa.Column('lot_code', sa.String(length=40), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('unit_cents', sa.Integer(), nullable=False),
    sa.Column('line_cents', sa.Integer(), nullable=False),
    sa.Column('rate_bp', sa.Integer(), nullable=False),
    sa.Column('vat_cents', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=120), nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_order_line_quantity_positive')),
    sa.ForeignKeyConstraint(['order_id'], ['customer_order.id'], name=op.f('fk_order_line_order_id_customer_order')),
    sa.ForeignKeyConstraint(['variant_id'], ['variant.id'], name=op.f('fk_order_line_variant_id_variant'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_line'))
    )
    with op.batch_alter_table('order_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_order_line_order_id'), ['order_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_order_line_variant_id'), ['variant_id'], unique=False)

    op.create_table('price_history',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('variant_id', sa.Integer(), nullable=False),
    sa.Column('price_cents', sa.Integer(), nullable=False),
    sa.Column('since', storefront.database.UtcDateTime(), nullable=False),
    sa.Column('actor', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['variant_id'], ['variant.id'], name=op.f('fk_price_history_variant_id_variant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_price_history'))
    )
    with op.batch_alter_table('price_history', schema=None) as batch_op:
        batch_op.create_index('ix_price_history_variant_since', ['variant_id', 'since'], unique=False)

    op.create_table('stock_level',
    sa.Column('variant_id', sa.Integer(), nullable=False),
    sa.Column('available', sa.Integer(), nullable=False),
    sa.CheckConstraint('available >= 0', name=op.f('ck_stock_level_available_not_negative')),
    sa.ForeignKeyConstraint(['variant_id'], ['variant.id'], name=op.f('fk_stock_level_variant_id_variant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('variant_id', name=op.f('pk_stock_level'))
    )
    op.create_table('stock_movement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('variant_id', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=True),
    sa.Column('actor', sa.String(length=120), nullable=False),
    sa.Column('at', storefront.database.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['variant_id'], ['variant.id'], name=op.f('fk_stock_movement_variant_id_variant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_movement'))
    )
    with op.batch_alter_table('stock_movement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_movement_order_id'), ['order_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_movement_variant_id'), ['variant_id'], unique=False)

    op.create_table('lab_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lot_id', sa.Integer(), nullable=False),
    sa.Column('laboratory_id', sa.Integer(), nullable=False),
    sa.Column('report_number', sa.String(length=60), nullable=False),
    sa.Column('sample', sa.String(length=10), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('sampled_on', sa.Date(), nullable=True),
    sa.Column('reported_on', sa.Date(), nullable=False),
    sa.Column('retest_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['laboratory_id'], ['laboratory.id'], name=op.f('fk_lab_report_laboratory_id_laboratory')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_lab_report_lot_id_lot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lab_report')),
    sa.UniqueConstraint('laboratory_id', 'report_number', name=op.f('uq_lab_report_laboratory_id_report_number'))
    )
    with op.batch_alter_table('lab_report', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lab_report_laboratory_id'), ['laboratory_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_lab_report_lot_id'), ['lot_id'], unique=False)

    op.create_table('test_result',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('category', sa.String(length=12), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('analytes', sa.JSON(), nullable=False),
    sa.Column('substance', sa.String(length=80), nullable=False),
    sa.Column('method', sa.String(length=80), nullable=False),
    sa.Column('method_notes', sa.JSON(), nullable=False),
    sa.Column('in_scope', sa.Boolean(), nullable=False),
    sa.Column('operator', sa.String(length=10), nullable=False),
    sa.Column('value', storefront.database.ExactDecimal(length=40), nullable=True),
    sa.Column('unit', sa.String(length=20), nullable=False),
    sa.Column('limit_operator', sa.String(length=10), nullable=False),
    sa.Column('limit_value', storefront.database.ExactDecimal(length=40), nullable=True),
    sa.Column('limit_unit', sa.String(length=20), nullable=False),
    sa.Column('limit_source', sa.String(length=80), nullable=False),
    sa.Column('passed', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['report_id'], ['lab_report.id'], name=op.f('fk_test_result_report_id_lab_report'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_test_result'))
    )
    with op.batch_alter_table('test_result', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_test_result_report_id'), ['report_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('test_result', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_test_result_report_id'))

    op.drop_table('test_result')
    with op.batch_alter_table('lab_report', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_lab_report_lot_id'))
        batch_op.drop_index(batch_op.f('ix_lab_report_laboratory_id'))

    op.drop_table('lab_report')
    with op.batch_alter_table('stock_movement', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_movement_variant_id'))
        batch_op.drop_index(batch_op.f('ix_stock_movement_order_id'))

    op.drop_table('stock_movement')
    op.drop_table('stock_level')
    with op.batch_alter_table('price_history', schema=None) as batch_op:
        batch_op.drop_index('ix_price_history_variant_since')

    op.drop_table('price_history')
    with op.batch_alter_table('order_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_order_line_variant_id'))
        batch_op.drop_index(batch_op.f('ix_order_line_order_id'))

    op.drop_table('order_line')
    with op.batch_alter_table('lot', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_lot_variant_id'))

    op.drop_table('lot')
    with op.batch_alter_table('variant', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_variant_product_id'))

    op.drop_table('variant')
    with op.batch_alter_table('refund', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_refund_payment_id'))

    op.drop_table('refund')
    op.drop_table('product_text')
    with op.batch_alter_table('collection_product', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_collection_product_product_id'))

    op.drop_table('collection_product')
    op.drop_table('bioavailability_reference')
    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.drop_index('ix_product_listed')
        batch_op.drop_index(batch_op.f('ix_product_ingredient_id'))

    op.drop_table('product')
    with op.batch_alter_table('payment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payment_order_id'))

    op.drop_table('payment')
    op.drop_table('page_text')
    with op.batch_alter_table('order_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_order_event_order_id'))

    op.drop_table('order_event')
    op.drop_table('collection_text')
    op.drop_table('account_role')
    op.drop_table('vat_rate')
    op.drop_table('slug_history')
    with op.batch_alter_table('site_certificate', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_site_certificate_site_code'))

    op.drop_table('site_certificate')
    op.drop_table('shipping_method')
    op.drop_table('role')
    op.drop_table('provider_event')
    op.drop_table('picture')
    op.drop_table('page')
    op.drop_table('laboratory')
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_index('ix_job_due')

    op.drop_table('job')
    op.drop_table('ingredient')
    with op.batch_alter_table('customer_order', schema=None) as batch_op:
        batch_op.drop_index('uq_customer_order_open_cart', sqlite_where=sa.text("state = 'placed'"), postgresql_where=sa.text("state = 'placed'"))
        batch_op.drop_index(batch_op.f('ix_customer_order_state'))
        batch_op.drop_index(batch_op.f('ix_customer_order_placed_at'))
        batch_op.drop_index('ix_customer_order_cart')

    op.drop_table('customer_order')
    op.drop_table('collection')
    with op.batch_alter_table('audit_record', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_record_at'))

    op.drop_table('audit_record')
    op.drop_table('account')
