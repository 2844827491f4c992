"""A kept page is the page that would be made now: after every change, in every process, at every moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, insert, select, text, update

from storefront import clock, content_version, migrate
from storefront.accounts import actions as accounts
from storefront.app import create_app
from storefront.catalog.models import PriceHistory, Product, ProductText, Variant
from storefront.database import Base, built_once, db
from storefront.pricing import discounts
from storefront.pricing import queries as pricing
from storefront.pricing.actions import set_vat_rate
from storefront.pricing.models import Discount
from storefront.stock import actions as stock
from storefront.stock.models import StockLevel
from storefront.stock.rules import LOW
from storefront.transactions import writing

OFFER: dict[str, Any] = {
    "names": {},
    "kind": "percent",
    "value": 1000,
    "products": ["x"],
    "collections": [],
    "created_at": clock.now(),
}
PRODUCT = "/en/products/magnesium-l-threonate-capsules"
NAME = "Magnesium of another name"


def kept(queries, client: FlaskClient, path: str = PRODUCT) -> bool:
    """Ask for a page; True when it came with one query, the token's."""
    with queries(client.application) as seen:
        answer = client.get(path)
    assert answer.status_code == 200
    return len(seen) == 1


def rename(name: str = NAME) -> None:
    """Give the product another name, past every action: the listener sees the statement itself."""
    with writing():
        db.session.execute(
            update(ProductText).where(ProductText.slug == PRODUCT.split("/")[-1]).values(name=name)
        )


def token() -> str:
    """The token that the database holds now."""
    db.session.rollback()
    found: str = db.session.scalar(select(content_version.CONTENT_VERSION.c.token))
    return found


def test_a_change_is_on_the_page_with_the_next_request_in_every_process(any_demo_app, queries) -> None:
    settings = any_demo_app.extensions["storefront"]
    other = create_app(settings, {"TESTING": True, "RATELIMIT_ENABLED": False}).test_client()
    client = any_demo_app.test_client()
    for one in (client, other):
        one.get(PRODUCT)
        assert kept(queries, one)
    rename()
    assert NAME in client.get(PRODUCT).text
    assert NAME in other.get(PRODUCT).text
    with other.application.app_context():
        db.engine.dispose()


def test_control_without_the_token_the_page_is_stale(any_demo_app, monkeypatch) -> None:
    monkeypatch.setattr(content_version, "_is_quiet", lambda context: True)
    client = any_demo_app.test_client()
    client.get(PRODUCT)
    rename()
    assert NAME not in client.get(PRODUCT).text


def test_a_page_that_was_begun_before_a_change_is_not_kept_as_one_after_it(any_demo_app, monkeypatch) -> None:
    """Another process changes the product between the token and the product's query of a slow request."""
    client, other = any_demo_app.test_client(), create_app(any_demo_app.extensions["storefront"])
    read = content_version.read

    def then_changed() -> Any:
        found = read()
        monkeypatch.setattr(content_version, "read", read)
        with other.app_context():
            rename()
            db.session.remove()
            db.engine.dispose()
        return found

    monkeypatch.setattr(content_version, "read", then_changed)
    client.get(PRODUCT)
    assert NAME in client.get(PRODUCT).text


def by_driver() -> None:
    db.session.connection().exec_driver_sql("UPDATE product_text SET name = 'x'")


def by_savepoint() -> None:
    with db.session.begin_nested():
        db.session.execute(update(ProductText).values(name=NAME))


def by_returning() -> None:
    changed = update(ProductText).values(name=NAME).returning(ProductText)
    db.session.execute(select(ProductText).from_statement(changed)).all()


WAYS = {
    "orm": lambda: setattr(db.session.scalars(select(ProductText)).first(), "name", NAME),
    "core": lambda: db.session.execute(update(ProductText).values(name=NAME)),
    "text": lambda: db.session.execute(text("UPDATE product_text SET name = 'x'")),
    "lambda": lambda: db.session.execute(built_once(lambda: update(ProductText).values(name="x"))),
    "driver": by_driver,
    "savepoint": by_savepoint,
    "returning": by_returning,
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_writing_gives_a_new_token(any_demo_app: Flask, way: str) -> None:
    before = token()
    with writing():
        WAYS[way]()
    assert token() != before


def test_writing_beside_the_session_gives_one_too(any_demo_app: Flask) -> None:
    before = token()
    with db.engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(update(ProductText).values(name=NAME))
    assert token() != before


def test_the_token_is_the_last_statement_also_where_there_are_savepoints(any_demo_app, queries) -> None:
    with queries(any_demo_app) as seen, writing():
        with db.session.begin_nested():
            db.session.execute(update(ProductText).values(name=NAME))
        db.session.execute(select(Product.id)).all()
    assert [number for number, said in enumerate(seen) if "content_version" in said] == [len(seen) - 1]


def test_what_was_rolled_back_and_what_no_page_shows_gives_none(any_demo_app: Flask) -> None:
    before = token()
    with pytest.raises(ZeroDivisionError), writing():
        db.session.execute(update(ProductText).values(name=NAME))
        raise ZeroDivisionError
    with writing():
        accounts.audit("somebody", "looked", "somewhere")
    with writing():
        db.session.execute(select(Product.id)).all()
    assert token() == before


def test_a_migration_gives_a_new_token_and_a_look_at_it_none(any_demo_app: Flask) -> None:
    before = token()
    core = migrate.components()[0]
    migrate.run(core, lambda config: None)
    assert token() == before
    change = text("UPDATE product_text SET name = 'x'")
    migrate.run(core, lambda config: config.attributes["connection"].execute(change))
    assert token() != before


def test_the_removal_of_a_plugin_gives_a_new_token(demo_app: Flask) -> None:
    before = token()
    db.session.rollback()
    done = demo_app.test_cli_runner().invoke(args=["plugins", "purge", "announcement", "--yes"])
    assert done.exit_code == 0, done.output
    assert token() != before


def test_the_count_of_a_discount_makes_pages_anew_only_when_an_offer_runs_out(any_app: Flask) -> None:
    def counted(discount_id: int) -> str:
        with writing():
            assert discounts._recount(update(Discount).where(Discount.id == discount_id), 1)
        return token()

    with writing():
        db.session.add_all(
            [
                Discount(id=number, code=code, most_uses=2, starts_on=clock.today(), **OFFER)
                for number, code in ((1, None), (2, "CODE"))
            ]
        )
    before = token()
    assert counted(1) == before
    assert counted(2) == before
    assert counted(2) == before, "no page shows a code"
    assert counted(1) != before, "the second use was the last one"


def test_stock_makes_pages_anew_only_when_their_word_changes(any_demo_app: Flask) -> None:
    [sku] = db.session.scalars(select(Variant.id).where(Variant.sku == "MGT-C-90")).all()
    with writing():
        stock.set_level(sku, LOW + 10, "test")
    before = token()
    with writing():
        stock.take_all({sku: 9}, None)
    with writing():
        stock.give_back_all({sku: 3}, None)
    assert token() == before
    for change in (lambda: stock.take_all({sku: 4}, None), lambda: stock.give_back_all({sku: 1}, None)):
        with writing():
            change()
        assert token() != before
        before = token()


def test_the_last_piece_turns_the_button_at_once(any_demo_app: Flask) -> None:
    client = any_demo_app.test_client()
    ids = db.session.scalars(select(Variant.id).join(Product).where(Product.code == "mgt-c")).all()
    levels = dict(
        db.session.execute(
            select(StockLevel.variant_id, StockLevel.available).where(StockLevel.variant_id.in_(ids))
        ).all()
    )
    client.get(PRODUCT)
    assert "Sold out" not in client.get(PRODUCT).text
    with writing():
        stock.take_all({variant_id: level for variant_id, level in levels.items() if level}, None)
    assert "Sold out" in client.get(PRODUCT).text


def test_a_minute_makes_pages_anew(demo_app: Flask, queries, in_one_minute) -> None:
    client = demo_app.test_client()
    client.get(PRODUCT)
    assert kept(queries, client)
    in_one_minute.shift(timedelta(seconds=59))
    assert kept(queries, client)
    in_one_minute.shift(timedelta(seconds=1))
    assert not kept(queries, client)


def test_no_page_reads_what_is_marked_as_not_shown_and_each_is_the_same_twice(make_app) -> None:
    """The stock level is the one exception: its actions say themselves when the word changes."""
    quiet = {
        table.name for table in Base.metadata.tables.values() if not table.info.get("affects_pages", True)
    }
    assert {"customer_order", "job", "stock_level"} <= quiet
    app = make_app("demo", page_cache_mb=0)
    client = app.test_client()
    asked: list[str] = []
    wanted, seen = ["/en/", "/nl/"], set()
    with app.app_context():
        event.listen(engine := db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert isinstance(engine, Engine)
    while wanted:
        path = wanted.pop()
        if path in seen:
            continue
        seen.add(path)
        asked.clear()
        answer = client.get(path)
        if not answer.headers.get("Cache-Control", "").startswith("public") or answer.status_code != 200:
            continue
        words = set(re.findall(r"\b[a-z_]+\b", " ".join(asked)))
        assert words & (quiet - {"stock_level"}) == set(), path
        if answer.mimetype == "text/html":
            wanted += re.findall(r'href="(/(?:en|nl)/[^"?#]*)"', answer.text)
            assert client.get(path).data == answer.data, f"{path} is not the same for everybody"
    assert len(seen) > 40


def test_what_is_inserted_counts_too(any_demo_app: Flask) -> None:
    before = token()
    variant_id = db.session.scalar(select(Variant.id))
    with writing():
        db.session.execute(
            insert(PriceHistory).values(
                variant_id=variant_id, price_cents=1, since=datetime.now(UTC), actor="test"
            )
        )
    assert token() != before


def test_a_request_that_changes_content_has_what_it_wrote_and_not_what_was_kept(any_demo_app) -> None:
    def rates() -> dict[str, int]:
        return pricing.rates("NL", clock.today())

    with any_demo_app.test_request_context():
        before = rates()
    with any_demo_app.test_request_context():
        assert rates() is before  # the same object: kept
        with writing():
            set_vat_rate("NL", "reduced", 1000, clock.today())
            assert rates()["reduced"] == 1000
        assert rates()["reduced"] == 1000
