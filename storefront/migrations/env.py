"""Alembic's environment, one for the core and every plugin.

Each component (the core, each plugin) has revisions and a version table of its own; which one is meant
comes in ``config.attributes``. storefront/migrate.py runs this with an open connection.
"""

from contextlib import nullcontext

from alembic import context

from storefront.database import Base

component = context.config.attributes["component"]


def include_name(name, type_, parent_names) -> bool:
    """Compare only the tables of this component with the database."""
    return type_ != "table" or component.owns(name)


def include_object(thing, name, type_, reflected, compare_to) -> bool:
    """Compare only the models of this component."""
    return type_ != "table" or component.owns(name)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=component.version_table,
    include_name=include_name,
    include_object=include_object,
    render_as_batch=True,
    compare_type=True,
    user_module_prefix="storefront.database.",
)
if context.get_context().dialect.name == "sqlite":
    context.get_context().autocommit_block = nullcontext  # all is one transaction, which locks the file
with context.begin_transaction():
    context.run_migrations()
