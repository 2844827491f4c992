"""Every component has its own version table; upgrade and downgrade keep other tables' rows."""

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import inspect

from storefront import migrate
from storefront.database import db


def tables():
    found = set(inspect(db.engine).get_table_names())
    return found


def test_models_and_revisions_agree(any_app):
    runner = any_app.test_cli_runner()
    result = runner.invoke(args=["db", "check"])
    assert result.exit_code == 0, result.output


def test_each_component_has_a_version_table(any_app):
    names = {component.version_table for component in migrate.components()}
    assert {"version_core", "version_plugin_blog", "version_plugin_announcement"} <= names <= tables()


def test_a_plugin_can_be_taken_down_and_up_again(any_demo_app):
    runner = any_demo_app.test_cli_runner()
    result = runner.invoke(args=["db", "downgrade", "--plugin", "blog", "base"])
    assert result.exit_code == 0, result.output
    assert not any(name.startswith("plugin_blog_") for name in tables())
    assert "product" in tables()
    assert runner.invoke(args=["db", "upgrade"]).exit_code == 0
    assert any(name.startswith("plugin_blog_") for name in tables())


def test_the_core_can_go_down_to_nothing_and_up(any_app):
    runner = any_app.test_cli_runner()
    for plugin in ("announcement", "blog", "core"):
        result = runner.invoke(args=["db", "downgrade", "--plugin", plugin, "base"])
        assert result.exit_code == 0, result.output
    assert not [name for name in tables() if not name.startswith("version_")]
    result = runner.invoke(args=["db", "upgrade"])
    assert result.exit_code == 0, result.output
    assert "product" in tables()


def test_upgrade_makes_a_copy_of_an_sqlite_database_first(demo_app):
    runner = demo_app.test_cli_runner()
    runner.invoke(args=["db", "downgrade", "--plugin", "announcement", "base"])
    result = runner.invoke(args=["db", "upgrade"])
    assert "copy made: before-upgrade-" in result.output


def test_purge_leaves_no_table(any_demo_app):
    runner = any_demo_app.test_cli_runner()
    result = runner.invoke(args=["plugins", "purge", "blog", "--yes"])
    assert result.exit_code == 0, result.output
    assert not any("blog" in name for name in tables())
    assert "product" in tables()


def test_rebuilding_a_table_of_the_core_empties_no_other(demo_app):
    def rows():
        with db.engine.connect() as connection:
            return {name: connection.scalar(sa.text(f'SELECT count(*) FROM "{name}"')) for name in tables()}

    before = rows()
    with migrate._migrating() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("product", recreate="always") as product:
            product.add_column(sa.Column("extra", sa.Integer()))
        connection.commit()
    assert rows() == before
    with db.engine.connect() as connection:
        assert connection.scalar(sa.text("PRAGMA foreign_keys")) == 1
