"""Stock: one conditional UPDATE decides, and every change leaves a movement."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from storefront.catalog import actions as catalog
from storefront.catalog.data import ProductData, TextData, VariantData
from storefront.catalog.models import Product, Variant
from storefront.database import db
from storefront.refusals import Refused
from storefront.stock import actions, queries
from storefront.stock.actions import LotData
from storefront.stock.models import StockLevel, StockMovement
from storefront.stock.rules import plain_code, stock_word
from storefront.testing import Maker
from storefront.transactions import writing

TODAY = date(2026, 11, 24)


def made() -> list[int]:
    with writing():
        catalog.add_ingredient("nmn", {"nl": "NMN", "en": "NMN"})
        variants = [
            VariantData(
                sku=sku, labels={"en": "60 capsules"}, net_grams=Decimal(20), days=30, price_cents=5495
            )
            for sku in ("A", "B")
        ]
        catalog.create_product(
            ProductData(
                code="nmn-c",
                ingredient="nmn",
                form="capsules",
                daily_units=Decimal(2),
                units={"nl": "capsules", "en": "capsules"},
                texts={"en": TextData(name="NMN, capsules")},
                variants=variants,
            ),
            "An",
        )
    return list(db.session.scalars(select(Variant.id).order_by(Variant.id)))


@pytest.fixture
def variants(any_app: Flask) -> Iterator[list[int]]:
    with any_app.app_context():
        yield made()


def movements(variant_id: int) -> list[tuple[str, int]]:
    statement = select(StockMovement.reason, StockMovement.quantity).order_by(StockMovement.id)
    return [tuple(row) for row in db.session.execute(statement.where(StockMovement.variant_id == variant_id))]


def ledger(variant_id: int) -> int:
    return sum(quantity for _reason, quantity in movements(variant_id))


def test_taking_and_giving_back_add_up(variants: list[int]) -> None:
    first, second = variants
    with writing():
        actions.open_level(first, 10)
        actions.open_level(second, 3)
        actions.take_all({second: 3, first: 4}, order_id=7, actor="shopper")
    assert queries.levels(variants) == {first: 6, second: 0}
    with writing():
        actions.give_back_all({first: 4, second: 3}, order_id=7)
    assert queries.levels(variants) == {first: 10, second: 3}
    assert [ledger(variant) for variant in variants] == [10, 3]
    assert [reason for reason, _quantity in movements(first)] == ["opening", "reserved", "released"]


def test_too_few_is_refused_with_what_is_left_and_nothing_is_taken(variants: list[int]) -> None:
    first, second = variants
    with writing():
        actions.open_level(first, 10)
        actions.open_level(second, 2)
    with pytest.raises(Refused) as refusal, writing():
        actions.take_all({first: 1, second: 3}, order_id=7)
    assert refusal.value.status == 409
    assert str(refusal.value) == "Only 2 of NMN, capsules (60 capsules) are left."
    assert queries.levels(variants) == {first: 10, second: 2}
    assert [ledger(variant) for variant in variants] == [10, 2]


def test_a_variant_that_nobody_counts_is_sold_out(variants: list[int]) -> None:
    with writing(), pytest.raises(Refused) as refusal:
        actions.take_all({variants[0]: 1}, order_id=None)
    assert (refusal.value.status, str(refusal.value)) == (409, "NMN, capsules has sold out.")


def test_what_is_given_back_to_a_variant_that_nobody_counts_is_there(variants: list[int]) -> None:
    first, second = variants
    with writing():
        actions.open_level(first, 11)
        actions.open_level(second, 2)
        actions.take_all({first: 1, second: 2}, order_id=7)
        db.session.execute(delete(StockLevel).where(StockLevel.variant_id == second))
        actions.give_back_all({first: 1, second: 2}, order_id=7, reason="returned")
    assert queries.levels(variants) == {first: 11, second: 2}
    assert [ledger(variant) for variant in variants] == [11, 2]


def test_an_order_gives_back_what_it_holds_and_no_more(variants: list[int]) -> None:
    first, second = variants
    with writing():
        actions.open_level(first, 10)
        actions.open_level(second, 10)
        actions.take_all({first: 3, second: 1}, order_id=7)
        actions.take_all({first: 2}, order_id=8)
        assert actions.give_back_all({first: 2}, order_id=7) == {first: 2}
        assert actions.give_back_all({first: 3, second: 1}, order_id=7) == {first: 1, second: 1}
        assert actions.give_back_all({first: 3, second: 1}, order_id=7) == {}
        assert actions.give_back_all({second: 1}, order_id=8) == {}
    assert queries.levels(variants) == {first: 8, second: 10}
    assert [ledger(variant) for variant in variants] == [8, 10]
    assert queries.held_by(7) == {first: 0, second: 0}
    assert queries.held_by(8) == {first: 2}


def given_back_together(any_app: Flask, variant: int) -> int:
    """What stands on the shelf after four have given back the same units of an order at one instant."""
    with writing():
        actions.open_level(variant, 10)
        actions.take_all({variant: 4}, order_id=7)
    start = threading.Barrier(4)

    def give_back() -> None:
        with any_app.app_context():
            start.wait(timeout=30)
            with writing():
                actions.give_back_all({variant: 4}, order_id=7)
            db.session.remove()

    threads = [threading.Thread(target=give_back) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    return queries.levels([variant])[variant]


def test_who_gives_back_at_one_instant_gives_back_once(any_app: Flask, variants: list[int]) -> None:
    assert given_back_together(any_app, variants[0]) == 10


@pytest.mark.postgres
def test_control_without_holding_the_level_they_give_back_more_than_once(
    make_app: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin reads when all are there, and no lock makes them wait for each other."""
    app = make_app("empty", "postgres")
    with app.app_context():
        variant, read, all_ = made()[0], queries.held_by, threading.Barrier(4)

        def read_together(order_id: int) -> dict[int, int]:
            held = read(order_id)
            all_.wait(timeout=30)
            return held

        monkeypatch.setattr(actions, "hold", lambda _ids: None)
        monkeypatch.setattr(actions, "held_by", read_together)
        assert given_back_together(app, variant) == 22
        db.session.remove()


@pytest.mark.parametrize("quantity", [0, -1])
def test_only_whole_positive_numbers_can_be_taken(variants: list[int], quantity: int) -> None:
    with writing():
        actions.open_level(variants[0], 5)
        with pytest.raises(ValueError, match="1 or more"):
            actions.take_all({variants[0]: quantity}, order_id=None)


def test_counting_writes_the_difference(variants: list[int]) -> None:
    first, second = variants
    with writing():
        actions.open_level(first, 10)
        actions.set_level(first, 7, "An")
        actions.set_level(first, 7, "An")
        actions.set_level(second, 5, "An")
        with pytest.raises(Refused):
            actions.set_level(second, -1, "An")
    assert queries.levels(variants) == {first: 7, second: 5}
    assert [ledger(variant) for variant in variants] == [7, 5]
    assert movements(first) == [("opening", 10), ("counted", -3)]


def test_what_was_sold_while_somebody_counted_stays_sold(variants: list[int]) -> None:
    first, second = variants
    with writing():
        actions.open_level(first, 10)
        actions.open_level(second, 10)
        actions.take_all(dict.fromkeys(variants, 3), order_id=None)
        actions.set_level(first, 12, "An", shown=10)
        with pytest.raises(Refused):
            actions.set_level(second, 2, "An", shown=10)
    assert queries.levels(variants) == {first: 9, second: 7}
    assert [ledger(variant) for variant in variants] == [9, 7]


def lot(variant_id: int, code: str, **changes: object) -> LotData:
    values: dict[str, object] = {
        "code": code,
        "variant_id": variant_id,
        "made_on": TODAY - timedelta(days=90),
        "best_before": TODAY + timedelta(days=600),
        "state": "released",
        "released_by": "M. de Wit",
    }
    return LotData(**(values | changes))  # type: ignore[arg-type]


def test_the_lot_that_spoils_first_is_sold_first(variants: list[int]) -> None:
    first, second = variants
    with writing():
        actions.add_lot(lot(first, "26-0001"))
        actions.add_lot(lot(first, "26-0002", best_before=TODAY + timedelta(days=500)))
        actions.add_lot(lot(first, "26-0003", best_before=TODAY + timedelta(days=400), state="recalled"))
        actions.add_lot(lot(first, "26-0004", best_before=TODAY + timedelta(days=300), sold_out_on=TODAY))
        actions.add_lot(lot(first, "26-0005", best_before=TODAY - timedelta(days=1)))
        actions.add_lot(
            lot(first, "26-0006", best_before=TODAY + timedelta(days=200), on_sale_since=date.max)
        )
        actions.add_lot(lot(second, "26-0007", state="quarantine"))
    assert queries.lots_on_sale(variants, TODAY) == {first: "26-0002"}
    current = db.session.execute(select(Variant.sku, queries.current_lot(TODAY)).order_by(Variant.sku))
    assert [tuple(row) for row in current] == [("A", "26-0002"), ("B", None)]


def test_a_lot_code_is_taken_in_any_spelling(variants: list[int]) -> None:
    with writing():
        actions.add_lot(lot(variants[0], "26-0412"))
        with pytest.raises(Refused) as refusal:
            actions.add_lot(lot(variants[0], "260412"))
        assert refusal.value.field == "code"
    found = queries.lot_to_edit("26 0412")
    assert found is not None
    with writing():
        actions.save_lot(found.id, lot(variants[0], "26-0412", state="blocked"))
    assert queries.lots_on_sale(variants, TODAY) == {}


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("code", {"code": " - "}),
        ("state", {"state": "lost"}),
        ("best_before", {"best_before": TODAY - timedelta(days=90)}),
        ("released_by", {"released_by": " "}),
    ],
)
def test_a_lot_that_cannot_be_is_refused_at_its_field(
    variants: list[int], field: str, changes: dict[str, object]
) -> None:
    with writing(), pytest.raises(Refused) as refusal:
        actions.add_lot(lot(variants[0], **{"code": "26-0413", **changes}))
    assert (refusal.value.field, queries.lots_of_variants(variants)) == (field, [])


def test_in_stock_is_a_condition_for_lists(variants: list[int]) -> None:
    statement = select(Product.code).where(queries.in_stock())
    assert list(db.session.scalars(statement)) == []
    with writing():
        actions.open_level(variants[1], 1)
        catalog.set_state("nmn-c", "published")
    assert list(db.session.scalars(statement)) == ["nmn-c"]
    assert [(row.sku, row.available, row.label) for row in queries.running_low("en")] == [
        ("B", 1, "60 capsules")
    ]


@pytest.mark.parametrize(
    "spelling",
    ["26-0412", "260412", " 26 0412 ", "26‑0412", "Batch 26-0412", "lot: 26–0412", "２６-０４１２"],
)
def test_any_spelling_of_a_code(spelling: str) -> None:
    assert plain_code(spelling) == "260412"


@given(st.integers(-5, 200))
def test_the_word_follows_the_level(available: int) -> None:
    word = stock_word(available)
    assert (word == "sold_out") == (available <= 0)
    assert (word == "low") == (1 <= available <= 15)
