"""What staff do with discounts: add one, change one, end one.

An automatic offer that has begun can be ended, not changed: its price was shown, and the lowest price of
30 days that a later offer names is computed from it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.exc import IntegrityError

from storefront import clock
from storefront.database import LocalText, db
from storefront.locale import gettext as _
from storefront.pricing.discounts import FIELD, discount, fold_code
from storefront.pricing.models import Discount
from storefront.pricing.reductions import AMOUNT, KINDS, PERCENT, PIECE, SHIPPING
from storefront.refusals import Refused

WHOLE_BP = 10_000
LISTS = ("products", "collections")  # in any order
FROZEN = ("kind", "value", "minimum_cents", "products", "collections", "starts_on")


@dataclass(frozen=True, slots=True)
class DiscountData:
    """What staff say about a discount. code: "" for an automatic offer."""

    code: str
    names: LocalText
    kind: str
    value: int
    starts_on: date
    ends_on: date | None = None
    minimum_cents: int = 0
    products: list[str] = field(default_factory=list)
    collections: list[str] = field(default_factory=list)
    most_uses: int | None = None
    most_per_customer: int | None = None


def add_discount(data: DiscountData, today: date) -> Discount:
    """A new discount. Raises Refused for one that could not be, and for a code that there is already."""
    _check(data)
    if not data.code and data.starts_on < today:
        raise Refused(_("An automatic offer begins today or later."), field="starts_on")
    values = asdict(data) | {"code": fold_code(data.code) or None}
    added = Discount(**values, created_at=clock.now())
    try:
        with db.session.begin_nested():
            db.session.add(added)
            db.session.flush()
    except IntegrityError:
        raise Refused(_("There is a discount with this code already."), field=FIELD) from None
    return added


def change_discount(discount_id: int, data: DiscountData, today: date) -> dict[str, list[Any]]:
    """Change a discount, all but its code. Returns what changed: name -> [before, after]."""
    found = _found(discount_id)
    _check(data)
    if data.ends_on != found.ends_on and data.ends_on is not None and data.ends_on < today:
        raise Refused(_("The last day is today or later."), field="ends_on")
    changes: dict[str, list[Any]] = {}
    for name, value in asdict(data).items():
        before = getattr(found, name)
        if name == "code" or before == value or (name in LISTS and set(before) == set(value)):
            continue
        if name in FROZEN and found.code is None and found.starts_on <= today:
            raise Refused(
                _(
                    "This offer has begun: only its name, last day and limit can change. "
                    "To change more, end it."
                )
            )
        setattr(found, name, value)
        changes[name] = [_said(before), _said(value)]
    if found.code is None and "starts_on" in changes and data.starts_on < today:
        raise Refused(_("An automatic offer begins today or later."), field="starts_on")
    db.session.flush()
    return changes


def end_discount(discount_id: int, today: date) -> None:
    """No order counts it from now on. Its last day is remembered; orders keep what they froze."""
    found = _found(discount_id)
    found.active = False
    found.ends_on = min(found.ends_on or today, today)
    db.session.flush()


def percent_of(value: int) -> Decimal:
    """Basis points as people say them: 1000 is 10, 1250 is 12.5."""
    return Decimal(value // 100) if value % 100 == 0 else Decimal(value) / 100


def _found(discount_id: int) -> Discount:
    found = discount(discount_id)
    if found is None or not found.active:
        raise Refused(_("There is no such discount, or it has ended."), status=404)
    return found


def _check(data: DiscountData) -> None:
    if data.kind not in KINDS:
        raise ValueError(f"no such kind of discount: {data.kind!r}")
    if data.kind == PERCENT and not 0 < data.value <= WHOLE_BP:
        raise Refused(_("Write a percentage above 0 and at most 100."), field="percent")
    if data.kind == PERCENT and data.value == WHOLE_BP and not data.code:
        raise Refused(_("An automatic offer takes off less than 100 percent."), field="percent")
    if data.kind in (PIECE, AMOUNT) and data.value <= 0:
        raise Refused(_("Write an amount above 0."), field="amount")
    if data.kind == SHIPPING and data.value:
        raise ValueError("free delivery has no value")
    if data.collections and not data.code:
        raise ValueError("an automatic offer names products: a from price of later is computed from them")
    if data.ends_on is not None and data.ends_on < data.starts_on:
        raise Refused(_("The last day is not before the first."), field="ends_on")
    for name in ("most_uses", "most_per_customer"):
        most = getattr(data, name)
        if most is not None and most < 1:
            raise Refused(_("Write 1 or more, or leave it empty."), field=name)
    if data.most_per_customer is not None and not data.code:
        raise Refused(
            _("Only a code can have a limit per customer: an offer's price is shown to everybody."),
            field="most_per_customer",
        )


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
