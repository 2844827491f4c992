"""Changes stock levels, always with a movement, and lots.

One conditional UPDATE decides whether units are there; nothing reads first and writes later.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from sqlalchemy import Table, and_, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from storefront import clock, content_version, locale
from storefront.catalog.models import ProductText, Variant
from storefront.database import LocalText, db, fetch
from storefront.locale import gettext as _
from storefront.locale import ngettext
from storefront.refusals import Refused
from storefront.stock.models import Lot, StockLevel, StockMovement
from storefront.stock.queries import held_by
from storefront.stock.rules import LOT_STATES, LOW, plain_code

_TAKE = (
    update(cast("Table", StockLevel.__table__))
    .where(StockLevel.variant_id == bindparam("of"), StockLevel.available >= bindparam("quantity"))
    .values(available=StockLevel.available - bindparam("quantity"))
    .returning(StockLevel.available)
)


def take_all(quantities: Mapping[int, int], order_id: int | None, actor: str = "") -> None:
    """Take units of several variants, or of none: refuses with 409 at the first that has too few.

    Rows are changed in ascending order of variant, so that two orders never wait for each other.
    """
    for variant_id in sorted(quantities):
        quantity = quantities[variant_id]
        if quantity <= 0:
            raise ValueError("a quantity is 1 or more")
        rows = fetch(_TAKE, {"of": variant_id, "quantity": quantity})
        if not rows:
            raise Refused(_too_few(variant_id), status=409)
        left = rows[0].available
        _touch_pages(left + quantity, left)
    _record(
        {variant_id: -quantity for variant_id, quantity in quantities.items()}, "reserved", order_id, actor
    )


def hold(variant_ids: Collection[int]) -> None:
    """Keep the levels of variants to oneself until the transaction ends, locked in ascending order.

    For who gives back and takes in one transaction: two who do so crosswise would stop each other.
    """
    rows = select(StockLevel.variant_id).where(StockLevel.variant_id.in_(variant_ids))
    db.session.execute(rows.order_by(StockLevel.variant_id).with_for_update())


def give_back_all(
    quantities: Mapping[int, int], order_id: int | None, actor: str = "", reason: str = "released"
) -> dict[int, int]:
    """Put units back: an order was cancelled or expired ("released"), or goods came back ("returned").

    An order gives back no more than its own movements still hold; what was put back is returned. A variant
    that nobody counts is counted from then on: movements always add up to a level.
    """
    if order_id is not None:
        hold(quantities)
        quantities = _bounded(quantities, held_by(order_id))
    for variant_id in sorted(quantities):
        quantity = quantities[variant_id]
        level = db.session.scalar(
            update(StockLevel)
            .where(StockLevel.variant_id == variant_id)
            .values(available=StockLevel.available + quantity)
            .returning(StockLevel.available)
            .execution_options(synchronize_session=False)
        )
        if level is None:
            level = quantity
            db.session.execute(insert(StockLevel).values(variant_id=variant_id, available=quantity))
        _touch_pages(level - quantity, level)
    _record(quantities, reason, order_id, actor)
    return dict(quantities)


def _bounded(quantities: Mapping[int, int], held: Mapping[int, int]) -> dict[int, int]:
    most = {variant_id: min(quantity, held.get(variant_id, 0)) for variant_id, quantity in quantities.items()}
    return {variant_id: quantity for variant_id, quantity in most.items() if quantity > 0}


def open_level(variant_id: int, available: int = 0, actor: str = "") -> None:
    """Begin to count a variant."""
    db.session.execute(insert(StockLevel).values(variant_id=variant_id, available=available))
    _touch_pages(0, available)
    if available:
        _record({variant_id: available}, "opening", None, actor)


def set_level(variant_id: int, counted: int, actor: str, shown: int | None = None) -> tuple[int, int]:
    """Somebody counted the shelf: the level becomes `counted`; the difference is the movement.

    shown: the level that stood before who counted. What was sold or came back since then still counts.
    Returns the level before and after.
    """
    if counted < 0:
        raise Refused(_("A stock level is 0 or more."), field="counted")
    before = db.session.scalar(
        select(StockLevel.available).where(StockLevel.variant_id == variant_id).with_for_update()
    )
    if before is None:
        open_level(variant_id, counted, actor)
        return 0, counted
    if shown is not None:
        counted = before + counted - shown
    if counted < 0:
        raise Refused(
            _("More was sold meanwhile than you counted: count again."), field="counted", status=409
        )
    if before == counted:
        return before, before
    db.session.execute(
        update(StockLevel)
        .where(StockLevel.variant_id == variant_id)
        .values(available=counted)
        .execution_options(synchronize_session=False)
    )
    _touch_pages(before, counted)
    _record({variant_id: counted - before}, "counted", None, actor)
    return before, counted


def _touch_pages(before: int, after: int) -> None:
    """Pages show "in stock" above LOW, below it how many: only a change of that makes them anew."""
    if min(before, LOW + 1) != min(after, LOW + 1):
        content_version.touch()


def _record(quantities: Mapping[int, int], reason: str, order_id: int | None, actor: str) -> None:
    if not quantities:
        return
    at = clock.now()
    rows = [
        {
            "variant_id": variant_id,
            "quantity": quantities[variant_id],
            "reason": reason,
            "order_id": order_id,
            "actor": actor,
            "at": at,
        }
        for variant_id in sorted(quantities)
    ]
    db.session.execute(insert(StockMovement), rows)


def _too_few(variant_id: int) -> str:
    lang = locale.current()
    row = db.session.execute(
        select(ProductText.name, Variant.labels, StockLevel.available)
        .select_from(Variant)
        .outerjoin(StockLevel, StockLevel.variant_id == Variant.id)
        .outerjoin(ProductText, and_(ProductText.product_id == Variant.product_id, ProductText.lang == lang))
        .where(Variant.id == variant_id)
    ).first()
    if row is None or not row.available:
        name = row.name if row and row.name else _("This product")
        return _("%(name)s has sold out.", name=name)
    what = f"{row.name} ({locale.in_language(row.labels, lang)})"
    return ngettext(
        "Only %(num)s of %(what)s is left.", "Only %(num)s of %(what)s are left.", row.available, what=what
    )


@dataclass(frozen=True, slots=True)
class LotData:
    """What staff know about a lot."""

    code: str
    variant_id: int
    made_on: date
    best_before: date
    state: str = "quarantine"
    site: str = ""
    supplier: str = ""
    raw_received_on: date | None = None
    received_on: date | None = None
    released_on: date | None = None
    released_by: str = ""
    on_sale_since: date | None = None
    sold_out_on: date | None = None
    recalled_on: date | None = None
    recall_reasons: LocalText = field(default_factory=dict)
    recall_advice: LocalText = field(default_factory=dict)


def add_lot(data: LotData) -> Lot:
    """Record a new lot. Refuses a code that is taken in any spelling, and dates that cannot be."""
    lot = Lot()
    _fill(lot, data)
    try:
        with db.session.begin_nested():
            db.session.add(lot)
    except IntegrityError as error:
        raise Refused(_("This batch number is already in use."), field="code") from error
    return lot


def save_lot(lot_id: int, data: LotData) -> Lot:
    """Change a lot."""
    lot = db.session.get(Lot, lot_id)
    if lot is None:
        raise Refused(_("This batch does not exist."), status=404)
    try:
        with db.session.begin_nested():
            _fill(lot, data)
    except IntegrityError as error:
        raise Refused(_("This batch number is already in use."), field="code") from error
    return lot


def _fill(lot: Lot, data: LotData) -> None:
    search_code = plain_code(data.code)
    if not search_code:
        raise Refused(_("A batch number has letters or digits."), field="code")
    if data.state not in LOT_STATES:
        raise Refused(_("Choose a state."), field="state")
    if data.best_before <= data.made_on:
        raise Refused(_("The best-before date comes after the day of production."), field="best_before")
    if data.state == "released" and not data.released_by.strip():
        raise Refused(_("Say who released the batch."), field="released_by")
    lot.code, lot.search_code = data.code.strip(), search_code
    lot.variant_id, lot.state, lot.site, lot.supplier = data.variant_id, data.state, data.site, data.supplier
    lot.raw_received_on, lot.made_on, lot.received_on = data.raw_received_on, data.made_on, data.received_on
    lot.released_on, lot.released_by = data.released_on, data.released_by.strip()
    lot.on_sale_since, lot.sold_out_on, lot.best_before = (
        data.on_sale_since,
        data.sold_out_on,
        data.best_before,
    )
    lot.recalled_on, lot.recall_reasons, lot.recall_advice = (
        data.recalled_on,
        data.recall_reasons,
        data.recall_advice,
    )
