"""`flask shop …`, `flask plugins …`, `flask worker`, `flask db …`."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import delete, func, inspect, select, text

from storefront import clock, migrate, worker
from storefront.accounts.actions import create_staff
from storefront.catalog.models import Product
from storefront.database import db
from storefront.demo import load as demo
from storefront.demo.translations import compile_translations
from storefront.jobs.models import Job, Periodic
from storefront.orders import invoices, notes
from storefront.payments.conversation import reconcile, sweep
from storefront.plugin_system import calling
from storefront.refusals import Refused
from storefront.transactions import writing

shop = AppGroup("shop", help="What the shop's keeper does.")
demo_group = AppGroup("demo", help="The demo shop.")
plugin_group = AppGroup("plugins", help="What runs beside the core.")
shop.add_command(demo_group)


def init_app(app: Flask) -> None:
    """Add all commands to the app."""
    for group in (shop, plugin_group, migrate.group):
        app.cli.add_command(group)
    app.cli.add_command(run_worker)


@demo_group.command("load")
def load_demo() -> None:
    """Migrate, compile the translations, and load the demo shop into an empty database."""
    compile_translations()
    click.echo("tables …")
    migrate.upgrade_all()
    if db.session.scalar(select(func.count()).select_from(Product)):
        click.echo("the database holds a shop already: kept as it is")
        return
    click.echo("demo shop …")
    today = clock.today()
    with writing():
        demo.load(today)
        for plugin in calling.plugins_with("demo_data"):  # all of it or nothing: a failure is let out
            calling.call_one(plugin, "demo_data", today=today)
    products = db.session.scalar(select(func.count()).select_from(Product))
    click.echo(f"loaded: {products} products")


@shop.command("create-staff")
@click.option("--email", prompt=True)
@click.option("--name", prompt=True)
@click.option("--role", type=click.Choice(["admin", "marketer"]), prompt=True)
@click.password_option()
def create_staff_command(email: str, name: str, role: str, password: str) -> None:
    """Make an account for a member of staff."""
    try:
        with writing():
            create_staff(email=email, name=name, password=password, role=role)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{email} can sign in at /admin/sign-in")


@shop.command("sweep")
def sweep_command() -> None:
    """Give back the stock of orders whose reservation ended."""
    click.echo(f"{sweep()} orders expired")


@shop.command("reconcile")
def reconcile_command() -> None:
    """Ask the payment provider about everything that it should have told the shop by now."""
    click.echo(f"{reconcile()} payments and refunds brought up to date")


@shop.command("invoices")
def invoices_command() -> None:
    """Give orders that were paid before the shop made invoices one, and credit what went back of them."""
    made = 0
    for order_id in invoices.without_invoice():
        with writing():
            made += invoices.issue_late(order_id)
    click.echo(f"{made} invoices made")
    if made and invoices.seller_lacks():
        click.echo("they lack these settings: " + ", ".join(invoices.seller_lacks()))


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due, then stop.")
def run_worker(once: bool) -> None:
    """Take jobs from the outbox: mails, plugins' reactions to orders, the sweep."""
    click.echo(f"{worker.work(once=once)} jobs done")


@plugin_group.command("list")
def list_plugins() -> None:
    """Show what runs, and what could not be loaded and why."""
    running = calling.plugins()
    for loaded in running.loaded:
        click.echo(f"{loaded.plugin.name} {loaded.plugin.version}  {loaded.plugin.title}")
    for name, reason in running.failed.items():
        click.echo(f"{name}  left out: {reason}")


@plugin_group.command("purge")
@click.argument("name")
@click.confirmation_option(prompt="This drops the plugin's tables with all they hold. Go on?")
def purge_plugin(name: str) -> None:
    """Drop a plugin's tables, its version table too, its jobs and its notes on orders. SQLite is copied."""
    if not name:
        raise click.UsageError("name the plugin")  # without a name the component is the core
    component = migrate.Component(name, Path())
    with migrate.alone():
        migrate.copy_sqlite()
        with migrate.migrating() as connection:
            names = inspect(connection).get_table_names()
            mine = [table for table in names if component.owns(table) or table == component.version_table]
            cascade = " CASCADE" if connection.dialect.name == "postgresql" else ""
            for table in mine:
                connection.execute(text(f'DROP TABLE "{table}"{cascade}'))
            if "job" in names:
                connection.execute(delete(Job).where(Job.plugin == name))
                again = Periodic.name.startswith(f"{name}.", autoescape=True)
                connection.execute(delete(Periodic).where(again))
            if "customer_order" in names:
                notes.forget_all(connection, name)
    click.echo(f"{len(mine)} tables dropped")
