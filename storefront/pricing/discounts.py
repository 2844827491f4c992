"""Discounts: which could count now, and how often each was used.

A use is counted as safely as stock: one conditional UPDATE decides, in the transaction that places the order;
the order gives it back once when it is cancelled or expires.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Update, func, or_, select, update

from storefront import clock, content_version
from storefront.database import db
from storefront.locale import gettext as _
from storefront.locale import lazy_gettext
from storefront.pricing.models import Discount, DiscountUse
from storefront.refusals import Refused

FIELD = "code"  # of the forms in which a code is typed
USED_BY_CUSTOMER = lazy_gettext("This code has been used with this e-mail address as often as it may be.")


class UsedUp(Refused):
    """A discount that an order counted on cannot be used any more."""


def fold_code(typed: str) -> str:
    """A code as it is compared: upper case, without white space."""
    return "".join(typed.split()).upper()


def possible(on: date, code: str = "", own: Collection[int] = ()) -> tuple[list[Discount], str]:
    """The discounts that could count on a day, and why the code does not: "unknown", "early", "late", "used".

    code: one that was typed, folded. own: the discounts that the cart's open order uses; for this cart they
    are not used up.
    """
    automatic = Discount.code.is_(None) & Discount.active & (Discount.starts_on <= on)
    automatic &= or_(Discount.ends_on.is_(None), Discount.ends_on >= on)
    wanted = or_(automatic, Discount.code == code) if code else automatic
    statement = select(Discount).where(wanted).order_by(Discount.id)
    found = list(db.session.scalars(statement.execution_options(populate_existing=True)))
    if not code:
        return [one for one in found if not _is_used_up(one, own)], ""
    typed = next((one for one in found if one.code == code), None)
    problem = _problem(typed, on, own)
    able = [one for one in found if one.code is None and not _is_used_up(one, own)]
    return ([*able, typed] if typed is not None and not problem else able), problem


def _problem(one: Discount | None, on: date, own: Collection[int]) -> str:
    if one is None or not one.active:
        return "unknown"
    if on < one.starts_on:
        return "early"
    if one.ends_on is not None and on > one.ends_on:
        return "late"
    return "used" if _is_used_up(one, own) else ""


def _is_used_up(one: Discount, own: Collection[int]) -> bool:
    return one.most_uses is not None and one.used >= one.most_uses and one.id not in own


def hold(order_id: int, ids: Collection[int]) -> None:
    """Keep the counts of an order's discounts and of others to oneself, locked in ascending order.

    For who gives some back and takes some in one transaction: two who do so crosswise would stop each other.
    """
    own = select(DiscountUse.discount_id).where(
        DiscountUse.order_id == order_id, DiscountUse.released_at.is_(None)
    )
    rows = select(Discount.id).where(or_(Discount.id.in_(ids), Discount.id.in_(own)))
    db.session.execute(rows.order_by(Discount.id).with_for_update()).all()


def take(ids: Collection[int], order_id: int, address: str) -> None:
    """Count a use of each discount for an order. Raises UsedUp when one has none left."""
    for discount_id in sorted(ids):
        _count(discount_id)
        _check_customer(discount_id, customer_of(address))
        db.session.add(
            DiscountUse(
                discount_id=discount_id,
                order_id=order_id,
                customer=customer_of(address),
                taken_at=clock.now(),
            )
        )
    db.session.flush()


def _count(discount_id: int) -> None:
    """The one UPDATE that decides; it also keeps the row locked until the order is committed."""
    statement = update(Discount).where(
        Discount.id == discount_id,
        Discount.active,
        or_(Discount.most_uses.is_(None), Discount.used < Discount.most_uses),
    )
    if not _recount(statement, 1):
        raise UsedUp(_("This discount has been used up."), field=FIELD, status=409)


def _recount(statement: Update, change: int) -> bool:
    """Change a count; False when there was nothing to change. Pages show only whether an offer is used up."""
    statement = statement.values(used=Discount.used + change).returning(
        Discount.code, Discount.used, Discount.most_uses
    )
    quiet = {"synchronize_session": False, "affects_pages": False}
    row = db.session.execute(statement.execution_options(**quiet)).first()
    if row is not None and row.code is None and row.most_uses in (row.used, row.used - change):
        content_version.touch()
    return row is not None


def _check_customer(discount_id: int, customer: str) -> None:
    """Safe behind the UPDATE: nobody else can count the same discount before this transaction ends."""
    if _used_up_for(discount_id, customer):
        raise UsedUp(str(USED_BY_CUSTOMER), field=FIELD, status=409)


def used_up_for(discount_id: int, address: str) -> bool:
    """True when somebody has used a discount as often as one customer may."""
    return _used_up_for(discount_id, customer_of(address))


def _used_up_for(discount_id: int, customer: str) -> bool:
    most = db.session.scalar(select(Discount.most_per_customer).where(Discount.id == discount_id))
    if most is None:
        return False
    uses = select(func.count(DiscountUse.id)).where(
        DiscountUse.discount_id == discount_id,
        DiscountUse.customer == customer,
        DiscountUse.released_at.is_(None),
    )
    return (db.session.scalar(uses) or 0) >= most


def release(order_id: int) -> int:
    """Give back the uses of an order that is not going to be paid. Once; returns how many there were."""
    given_back = (
        update(DiscountUse)
        .where(DiscountUse.order_id == order_id, DiscountUse.released_at.is_(None))
        .values(released_at=clock.now())
        .returning(DiscountUse.discount_id)
        .execution_options(synchronize_session=False)
    )
    ids = sorted(db.session.scalars(given_back).all())
    for discount_id in ids:
        _recount(update(Discount).where(Discount.id == discount_id), -1)
    return len(ids)


def take_again(order_id: int) -> None:
    """Count the uses of an order once more that it had given back.

    Raises UsedUp when one has none left, or none for this customer, who may have used it again meanwhile.
    """
    given_back = (DiscountUse.order_id == order_id) & DiscountUse.released_at.is_not(None)
    uses = db.session.execute(select(DiscountUse.discount_id, DiscountUse.customer).where(given_back)).all()
    for discount_id, customer in sorted((row.discount_id, row.customer) for row in uses):
        _count(discount_id)
        _check_customer(discount_id, customer)
    again = update(DiscountUse).where(given_back).values(released_at=None)
    db.session.execute(again.execution_options(synchronize_session=False))


def customer_of(address: str) -> str:
    """A hash of an e-mail address: the same however it was typed, and no address by itself."""
    return hashlib.sha256(address.strip().casefold().encode()).hexdigest()


def all_discounts() -> Sequence[Discount]:
    """Every discount, the newest first."""
    return db.session.scalars(select(Discount).order_by(Discount.id.desc())).all()


def discount(discount_id: int) -> Discount | None:
    """A discount by its id."""
    return db.session.get(Discount, discount_id, populate_existing=True)
