"""Lists are filtered and sorted in the database: an index that holds all they ask, and names by themselves."""

import sqlalchemy as sa
from alembic import op
from storefront.catalog.search import fold

revision = 'core_0002'
down_revision = 'core_0001'
branch_labels = None
depends_on = None

LISTED = ['state', 'position', 'id', 'ingredient_id', 'form']


def upgrade() -> None:
    op.create_index('ix_product_listed', 'product', LISTED, unique=False)
    op.drop_index('ix_product_state', 'product')
    _part_names('\n')


def downgrade() -> None:
    _part_names(' ')
    op.create_index('ix_product_state', 'product', ['state'], unique=False)
    op.drop_index('ix_product_listed', 'product')


def _part_names(sign: str) -> None:
    """Put a sign between the folded name, by which lists are sorted, and the words after it."""
    text = sa.table('product_text', sa.column('id'), sa.column('name'), sa.column('search_text'))
    for row in op.get_bind().execute(sa.select(text)).all():
        name = fold(row.name)
        if row.search_text[: len(name)] == name and len(row.search_text) > len(name):
            parted = name + sign + row.search_text[len(name) + 1 :]
            op.get_bind().execute(text.update().where(text.c.id == row.id).values(search_text=parted))
