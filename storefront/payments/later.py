"""What happens to money after it came: refunds and disputes that the provider tells of, whoever began them.

News may be told twice, in any order, and before the payment that they are about: then they wait beside their
event's id until it is known.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

import structlog
from sqlalchemy import or_, select

from storefront import clock
from storefront.database import db
from storefront.jobs.actions import enqueue
from storefront.orders import actions as orders
from storefront.orders.models import Order
from storefront.payments import actions, queries, rules
from storefront.payments.models import Dispute, Payment, ProviderEvent, Refund
from storefront.payments.providers import DisputeNews, GivenBackNews, RefundNews

log = structlog.get_logger("payments")


def take_news(news: RefundNews | DisputeNews | GivenBackNews, provider: str, event_id: str) -> bool:
    """Take in what happened to the money of a payment. False when it changes nothing now.

    The payment's order is locked first, as everywhere.
    """
    found = queries.by_intent(provider, news.intent) if news.intent else None
    if found is not None:
        db.session.execute(select(Order.id).where(Order.id == found.order_id).with_for_update())
        db.session.refresh(found)
    if found is None or found.state not in rules.TAKEN:
        if not isinstance(news, GivenBackNews):  # each refund is told of by itself too
            _wait(event_id, news.intent, news)
        return False
    if isinstance(news, RefundNews):
        return _take_refund(found, news, event_id)
    if isinstance(news, DisputeNews):
        return _take_dispute(found, news)
    if news.given_back_cents <= queries.refunded_cents(found.id):
        return False
    enqueue("payment.refunds", {"payment_id": found.id})
    return True


def take_waiting(provider: str, about: str) -> None:
    """Take in what was told of a payment, or of a refund, before it was known. It is known now."""
    statement = select(ProviderEvent).where(ProviderEvent.about == about)
    for event in db.session.scalars(statement.order_by(ProviderEvent.received_at, ProviderEvent.id)).all():
        values = dict(event.news or {})
        event.about, event.news = None, None
        kind = values.pop("what", "")
        db.session.flush()
        if kind in _KINDS:
            take_news(_KINDS[kind](**values), provider, event.id)


def left_waiting() -> list[tuple[str, str]]:
    """(provider, about) of what waits although it could be taken in: it was told at the very same moment."""
    statement = (
        select(Payment.provider, ProviderEvent.about)
        .join(Payment, Payment.intent == ProviderEvent.about)
        .where(Payment.state.in_(rules.TAKEN))
        .distinct()
    )
    return [(provider, about) for provider, about in db.session.execute(statement) if about]


def _wait(event_id: str, about: str, news: RefundNews | DisputeNews) -> None:
    event = db.session.get(ProviderEvent, event_id)
    if event is not None and about:
        what = "refund" if isinstance(news, RefundNews) else "dispute"
        event.about, event.news = about, {"what": what, **asdict(news)}
        db.session.flush()


def _take_refund(payment: Payment, news: RefundNews, event_id: str) -> bool:
    mine = select(Refund).where(Refund.payment_id == payment.id)
    same = mine.where(or_(Refund.reference == news.reference, Refund.key == (news.key or None)))
    refund = db.session.scalar(same.limit(1).execution_options(populate_existing=True))
    if refund is None and news.failed:  # until we hear that it was made, nothing has gone
        _wait(event_id, news.reference, news)
        return False
    if refund is None:
        left = (payment.received_cents or 0) - queries.known_gone_cents(payment.id)
        if not 0 < news.amount_cents <= left and _sent_again(payment, news):
            return True
        if not 0 < news.amount_cents <= left:
            log.error("a refund is larger than its payment", reference=news.reference, payment=payment.key)
            return False
        refund = Refund(
            payment_id=payment.id,
            key=f"made-there-{news.reference}"[:60],
            reference=news.reference,
            amount_cents=news.amount_cents,
            state="created",
            restock=True,
            actor=payment.provider,
            created_at=clock.now(),
        )
        db.session.add(refund)
        db.session.flush()
    if news.failed:
        return actions.fail_refund(refund.id) or actions.bounce_refund(refund.id)
    finished = actions.finish_refund(refund.id, news.reference)
    take_waiting(payment.provider, news.reference)
    return finished


def _sent_again(payment: Payment, news: RefundNews) -> bool:
    """Money that came back to us was given back there once more: it counts as gone, and is settled now."""
    bounced = select(Refund).where(
        Refund.payment_id == payment.id,
        Refund.state == "bounced",
        Refund.settled_at.is_(None),
        Refund.amount_cents == news.amount_cents,
    )
    refund = db.session.scalar(bounced.order_by(Refund.id).limit(1))
    if refund is None:
        return False
    refund.reference = news.reference  # told again, it is found by this
    db.session.flush()
    actions.settle_bounced(refund.id, news.reference, payment.provider)
    return True


def _take_dispute(payment: Payment, news: DisputeNews) -> bool:
    dispute = db.session.scalar(select(Dispute).where(Dispute.reference == news.reference))
    moment = clock.now()
    if dispute is None:
        dispute = Dispute(
            payment_id=payment.id,
            reference=news.reference,
            amount_cents=news.amount_cents,
            reason=news.reason[:60],
            state="",
            answer_by=datetime.fromtimestamp(news.answer_by, UTC) if news.answer_by else None,
            opened_at=moment,
        )
        db.session.add(dispute)
        details = {"cents": news.amount_cents, "reason": news.reason}
        orders.note(payment.order_id, "disputed", payment.provider, details, moment)
    elif dispute.closed_at is not None:
        return False
    dispute.state = news.state[:30]
    if news.closed:
        dispute.closed_at = moment
        orders.note(payment.order_id, "dispute_closed", payment.provider, {"outcome": news.state}, moment)
    db.session.flush()
    return True


_KINDS: dict[str, type[RefundNews] | type[DisputeNews]] = {"refund": RefundNews, "dispute": DisputeNews}
