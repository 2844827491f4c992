"""Who asked to be told when a product is back in stock: one mail, and only after they said yes to it.

Asking writes a row and a mail with a link; behind the link they confirm or take it back. When a size can be
bought, the row goes and the mail's job comes in one transaction, so there is one mail however many workers.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Row, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from storefront import clock
from storefront.catalog.models import Product, ProductText
from storefront.database import db
from storefront.jobs.actions import enqueue
from storefront.stock.models import StockAlert
from storefront.stock.queries import in_stock

ASKS, TELLS = "mail.stock_alert_asked", "mail.back_in_stock"
AGAIN_AFTER = timedelta(hours=1)  # a mail that asks comes once more after this
MOST_MAILS = 3  # so often is one address asked about one product, so nobody can be showered
MOST_UNANSWERED = 5  # mails that ask, which one address may have unanswered
UNCONFIRMED_KEPT = timedelta(days=7)
KEPT = timedelta(days=180)
MOST_AT_ONCE = 500


def ask(product_id: int, email: str, lang: str) -> None:
    """Send the mail that asks whether somebody wants to be told. Nothing when they said so before.

    What happens is never told to who asks: nobody learns here whose address waits for what.
    """
    email, moment = email.lower(), clock.now()
    mine = select(StockAlert).where(StockAlert.product_id == product_id, StockAlert.email == email)
    alert = db.session.scalar(mine.with_for_update())
    if alert is None:
        alert = _new(product_id, email, lang)
    elif alert.confirmed_at or alert.mails >= MOST_MAILS or alert.asked_at > moment - AGAIN_AFTER:
        return
    else:
        alert.mails += 1
    if alert is None:
        return
    alert.lang, alert.asked_at = lang, moment
    enqueue(ASKS, {"alert_id": alert.id, "at": moment.isoformat()})


def _new(product_id: int, email: str, lang: str) -> StockAlert | None:
    """A row for a new asker; None when another request was faster, or the address has mails enough."""
    unanswered = select(func.count()).where(StockAlert.email == email, StockAlert.confirmed_at.is_(None))
    if (db.session.scalar(unanswered) or 0) >= MOST_UNANSWERED:
        return None
    alert = StockAlert(product_id=product_id, email=email, lang=lang, token=secrets.token_urlsafe(16))
    alert.asked_at = clock.now()
    try:
        with db.session.begin_nested():
            db.session.add(alert)
    except IntegrityError:
        return None
    return alert


def by_token(token: str) -> StockAlert | None:
    """The row behind the link of a mail; None when it was answered with a mail, taken back, or is old."""
    return db.session.scalar(select(StockAlert).where(StockAlert.token == token))


def confirm(token: str) -> bool:
    """Yes, tell me. False when there is nothing (any more) to be told."""
    wanted = func.coalesce(StockAlert.confirmed_at, clock.now())
    return _changed(update(StockAlert).where(StockAlert.token == token).values(confirmed_at=wanted)) == 1


def forget(token: str) -> None:
    """No, do not tell me: the address is deleted."""
    _changed(delete(StockAlert).where(StockAlert.token == token))


def tell_due() -> int:
    """Put a mail into the outbox for each who waits for what can be bought now, and delete the row.

    Whose row another worker deletes at the same moment gets that worker's mail. How many were told; what is
    more than MOST_AT_ONCE waits for the next time.
    """
    waiting = (
        select(StockAlert.id)
        .join(Product, Product.id == StockAlert.product_id)
        .join(
            ProductText,
            (ProductText.product_id == StockAlert.product_id) & (ProductText.lang == StockAlert.lang),
        )
        .where(StockAlert.confirmed_at.is_not(None), Product.state == "published", in_stock())
        .order_by(StockAlert.id)
        .limit(MOST_AT_ONCE)
    )
    due = list(db.session.scalars(waiting))
    told = taken(due) if due else []
    for row in told:
        enqueue(TELLS, dict(row._mapping))
    return len(told)


def taken(ids: Collection[int]) -> Sequence[Row[int, str, str, str]]:
    """Delete these rows, and return those that nobody else deleted: only one can have each."""
    columns = StockAlert.product_id, StockAlert.lang, StockAlert.email, StockAlert.token
    rows = delete(StockAlert).where(StockAlert.id.in_(ids)).returning(*columns)
    return db.session.execute(rows.execution_options(synchronize_session=False)).all()


def forget_old() -> None:
    """Delete what nobody confirmed in a week, and what waited for half a year."""
    moment = clock.now()
    unanswered = StockAlert.confirmed_at.is_(None) & (StockAlert.asked_at < moment - UNCONFIRMED_KEPT)
    _changed(delete(StockAlert).where(or_(unanswered, StockAlert.asked_at < moment - KEPT)))


def _changed(statement: Any) -> int:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount
