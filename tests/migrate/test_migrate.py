"""Every component has its own version table; upgrade and downgrade keep other tables' rows."""

import contextlib
import sqlite3
from threading import Thread

import click
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import inspect

from storefront import clock, migrate
from storefront.catalog.models import ProductText
from storefront.database import Model, UtcDateTime, db
from storefront.jobs.actions import enqueue
from storefront.jobs.models import Job, Periodic
from storefront.transactions import writing


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names())


def component(folder, *steps) -> migrate.Component:
    """A component whose revisions do one statement each; None fails."""
    for number, statement in enumerate(steps, 1):
        body = f"op.execute({statement!r})" if statement else "raise RuntimeError('no')"
        before = f"test_{number - 1}" if number > 1 else None
        (folder / f"test_{number}.py").write_text(
            f"from alembic import op\n\nrevision = 'test_{number}'\ndown_revision = {before!r}\n\n\n"
            f"def upgrade():\n    {body}\n"
        )
    return migrate.Component("test", folder)


def upgraded(part):
    migrate.run(part, lambda config: command.upgrade(config, "heads"))


def test_models_and_revisions_agree(any_app):
    runner = any_app.test_cli_runner()
    result = runner.invoke(args=["db", "check"])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(("kind", "imported"), [(sa.DateTime, False), (UtcDateTime, True)])
def test_a_new_revision_imports_what_it_uses(app, tmp_path, kind, imported):
    table = sa.Table("plugin_test_thing", Model.metadata, sa.Column("seen_at", kind()))
    try:
        migrate.run(
            component(tmp_path),
            lambda config: command.revision(
                config, "a thing", autogenerate=True, rev_id="test_1", version_path=str(tmp_path)
            ),
        )
    finally:
        Model.metadata.remove(table)
    [written] = tmp_path.glob("*.py")
    assert kind.__name__ in written.read_text()
    assert ("import storefront.database\n" in written.read_text()) is imported
    compile(written.read_text(), written.name, "exec")


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


def test_products_that_were_saved_before_lists_sort_by_name_are_sorted_too(any_demo_app):
    def first_lines() -> list[str]:
        texts = db.session.scalars(sa.select(ProductText.search_text).order_by(ProductText.id)).all()
        db.session.rollback()
        return [text.partition("\n")[0] for text in texts]

    runner, names = any_demo_app.test_cli_runner(), first_lines()
    assert runner.invoke(args=["db", "downgrade", "--plugin", "core", "core_0001"]).exit_code == 0
    assert not set(first_lines()) & set(names)
    assert runner.invoke(args=["db", "upgrade"]).exit_code == 0
    assert first_lines() == names


def test_upgrade_makes_a_copy_of_an_sqlite_database_first(demo_app):
    runner = demo_app.test_cli_runner()
    runner.invoke(args=["db", "downgrade", "--plugin", "announcement", "base"])
    result = runner.invoke(args=["db", "upgrade"])
    assert "copy made: before-upgrade-" in result.output


def test_a_copy_holds_what_there_was_and_the_oldest_copies_go(demo_app):
    folder = demo_app.extensions["storefront"].instance_path / "copies"
    folder.mkdir()
    older = [folder / f"before-upgrade-2026010{day}-000000.sqlite3" for day in range(1, 7)]
    for one in older:
        one.touch()
    copy = migrate.copy_sqlite()
    assert sorted(folder.iterdir()) == [*older[2:], copy]
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        [(products,)] = connection.execute("SELECT count(*) FROM product")
    assert products == db.session.scalar(sa.text("SELECT count(*) FROM product")) > 0


def test_purge_leaves_no_table_and_no_job(any_demo_app):
    runner = any_demo_app.test_cli_runner()
    with writing():
        for name, plugin in (("blog.publish", "blog"), ("hook.order_paid", "blog"), ("mail.order_sent", "")):
            enqueue(name, {}, plugin=plugin)
        for name in ("blog.fold", "blogger.fold", "sweep"):
            db.session.add(Periodic(name=name, next_run_at=clock.now()))
    result = runner.invoke(args=["plugins", "purge", "blog", "--yes"])
    assert result.exit_code == 0, result.output
    assert not any("blog" in name for name in tables())
    assert db.session.scalars(sa.select(Job.name)).all() == ["mail.order_sent"]
    assert set(db.session.scalars(sa.select(Periodic.name))) == {"blogger.fold", "sweep"}
    db.session.rollback()
    assert runner.invoke(args=["plugins", "purge", "", "--yes"]).exit_code == 2
    assert "product" in tables()


def test_rebuilding_a_table_of_the_core_empties_no_other(demo_app):
    def rows() -> dict[str, int]:
        with db.engine.connect() as connection:
            return {name: connection.scalar(sa.text(f'SELECT count(*) FROM "{name}"')) for name in tables()}

    before = rows()
    with migrate.migrating() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("product", recreate="always") as product:
            product.add_column(sa.Column("extra", sa.Integer()))
    assert rows() == before
    with db.engine.connect() as connection:
        assert connection.scalar(sa.text("PRAGMA foreign_keys")) == 1


def test_a_migration_that_fails_changes_nothing(any_app, tmp_path):
    before = tables()
    with pytest.raises(RuntimeError, match="no"):
        upgraded(component(tmp_path, "CREATE TABLE plugin_test_a (id INTEGER)", None))
    assert tables() == before
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as one, db.engine.connect() as other:
            assert [c.scalar(sa.text("PRAGMA foreign_keys")) for c in (one, other)] == [1, 1]


def test_a_revision_may_make_an_index_without_stopping_the_shop(any_app, tmp_path):
    """PostgreSQL does so outside a transaction only, and waits for who has an older view of the tables."""
    part = component(tmp_path, "CREATE TABLE plugin_test_a (id INTEGER)", None)
    step = tmp_path / "test_2.py"
    step.write_text(
        step.read_text().replace(
            "raise RuntimeError('no')",
            "with op.get_context().autocommit_block():\n"
            "        op.create_index('test_a', 'plugin_test_a', ['id'], postgresql_concurrently=True)",
        )
    )
    with migrate.alone():
        upgraded(part)
    assert [index["name"] for index in inspect(db.engine).get_indexes("plugin_test_a")] == ["test_a"]


def test_a_migration_that_leaves_rows_without_their_product_is_taken_back(demo_app, tmp_path):
    count = sa.text("SELECT count(*) FROM product")
    before = db.session.scalar(count)
    with pytest.raises(click.ClickException, match="broken after"):
        upgraded(component(tmp_path, "DELETE FROM product"))
    assert db.session.scalar(count) == before > 0


def test_a_database_that_is_broken_already_is_not_migrated(demo_app, tmp_path):
    with db.engine.connect() as connection:
        connection.detach()
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys = OFF")
        connection.connection.dbapi_connection.execute("DELETE FROM product")
    with pytest.raises(click.ClickException, match="broken before"):
        upgraded(component(tmp_path, "CREATE TABLE plugin_test_a (id INTEGER)"))
    assert "plugin_test_a" not in tables()


def test_a_second_upgrade_waits_for_the_first(any_app):
    runner = any_app.test_cli_runner()
    runner.invoke(args=["db", "downgrade", "--plugin", "announcement", "base"])
    results = []
    second = Thread(target=lambda: results.append(runner.invoke(args=["db", "upgrade"])))
    first = migrate.alone if db.engine.dialect.name == "postgresql" else migrate.migrating
    with first():
        second.start()
        second.join(1)
        assert second.is_alive()
    second.join(60)
    [result] = results
    assert result.exit_code == 0, result.output
    assert "plugin_announcement_notice" in tables()
