"""Talking with a provider: write, call, write. No transaction is open while a call runs.

Everything is written down before the call, under a key that finds it again, so that a late answer, a lost
answer or a second click never makes a second payment.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import structlog

from storefront import clock
from storefront.locale import gettext as _
from storefront.orders import actions as orders
from storefront.orders import queries as order_queries
from storefront.orders import rules as order_rules
from storefront.payments import actions, choice, later, queries, rules
from storefront.payments.demo_gateway import DemoProvider
from storefront.payments.patience import LONGEST_RUN, is_spent, patience
from storefront.payments.providers import (
    Notice,
    PaymentRequest,
    Provider,
    ProviderAway,
    ProviderGone,
    ProviderRefused,
    Status,
)
from storefront.payments.queries import Attempt, DueRefund
from storefront.payments.settle import settle, take_notice
from storefront.refusals import Refused
from storefront.transactions import ends_reading, repeated, writing

P = ParamSpec("P")
R = TypeVar("R")
log = structlog.get_logger("payments")


class AlreadyPaying(Exception):
    """The cart's open order is paid, or its money is under way: there is nothing to place anew."""

    def __init__(self, order_id: int) -> None:
        super().__init__(order_id)
        self.order_id = order_id


@repeated
def _write(action: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    with writing():
        return action(*args, **kwargs)


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt that is written down, and what its provider is to be told."""

    attempt: Attempt
    request: PaymentRequest


def begin(order_id: int) -> Begun:
    """Write down an attempt to pay an order, in the caller's transaction. Raises Refused (409)."""
    payment, order = actions.open_attempt(order_id, choice.required().name)
    return Begun(queries.attempt(payment.id), actions.request_of(payment, order))


@patience()
def start_payment(order_id: int) -> str:
    """The address where the buyer pays an order. Raises Refused (409), or ProviderAway.

    An order that is too old to be paid ends here: its stock is for others, and its cart can order anew.
    """
    try:
        begun = _write(begin, order_id)
    except actions.TooLate:
        if _end_sessions(order_id, given_up=False):
            _write(orders.expire, order_id, orders.SYSTEM, "not paid in time")
        raise
    return address_of(begun)


@patience()
def address_of(begun: Begun) -> str:
    """The address where the buyer pays, after asking the provider for it. Raises as `start_payment` does."""
    attempt, request = begun.attempt, begun.request
    provider = choice.required()
    if attempt.state == rules.OPEN:
        return attempt.url
    try:
        session = provider.create_session(request)
    except ProviderRefused as refusal:
        log.error("provider refused a session", key=request.key, reason=str(refusal))
        _write(actions.close_attempt, attempt.id, rules.FAILED)
        raise ProviderAway(str(refusal)) from refusal
    if not _write(actions.session_opened, attempt.id, session):  # replaced or swept while we waited
        provider.expire_session(session.reference)
        raise Refused(_("This order cannot be paid any more."), status=409)
    return session.url


@patience()
def make_way(cart_id: str, digest: str) -> int | None:
    """End the session of a cart's open order when something else is ordered now; the id of that order.

    None when there is nothing in the way. Raises AlreadyPaying when its buyer was faster (a cart that was
    paid never orders again), or ProviderAway.
    """
    order = order_queries.latest_order(cart_id)
    ends_reading()
    if order is not None and order.state in order_rules.BOUGHT:
        raise AlreadyPaying(order.id)
    if order is None or order.state != order_rules.PLACED or order.digest == digest:
        return None
    if not _end_sessions(order.id, given_up=False):
        raise AlreadyPaying(order.id)
    return order.id


@patience()
def look_up(order_id: int) -> None:
    """Ask the provider how the newest attempt of an order stands, and settle it."""
    attempts = queries.attempts(order_id)
    ends_reading()
    if attempts and attempts[-1].state in (rules.OPEN, rules.PENDING):
        _ask(attempts[-1])


@patience(LONGEST_RUN)
def reconcile() -> int:
    """Ask about what we should have been told of by now, and settle it. How much changed.

    Attempts to pay, refunds without an answer, and news that waits although it could be taken in. What cannot
    be asked now is asked the next time. When the provider is away, or takes too long, the run ends; the next
    one begins elsewhere.
    """
    attempts, refunds = queries.unanswered(clock.now()), queries.unanswered_refunds(clock.now())
    waiting = later.left_waiting()
    ends_reading()
    changed = len(waiting)
    for provider, about in waiting:
        _write(later.take_waiting, provider, about)
    asking = [functools.partial(_complete_again, refund_id) for refund_id in refunds]
    asking += [functools.partial(_ask_again, attempt) for attempt in attempts]
    for ask in _shuffled(asking):
        if is_spent():
            break
        try:
            changed += ask()
        except (ProviderGone, ProviderRefused, Refused) as problem:  # it does not keep the others waiting
            log.warning("not reconciled", what=str(ask.args), reason=str(problem))
        except ProviderAway as problem:
            log.warning("not reconciled", what=str(ask.args), reason=str(problem))
            break
    return changed


def give_back_held(payment_id: int) -> None:
    """Give back money that came too late or twice, all of it. Once, however often this is called."""
    look_up_refunds(payment_id)
    refund = _write(_begin_return, payment_id)
    if refund is not None:
        try:
            _complete(refund, looked=True)
        except Refused as refusal:  # it stays on the dashboard, for a person
            log.error("held money was not taken back", payment_id=payment_id, reason=str(refusal))


@patience()
def look_up_refunds(payment_id: int) -> None:
    """Take in every refund of a payment that the provider has, whoever made it."""
    attempt = queries.attempt(payment_id)
    ends_reading()
    if attempt.intent:
        for news in _provider_of(attempt).refunds(attempt.intent):
            _write(later.take_news, news, attempt.provider, "")


def take_in(notice: Notice, provider: str) -> bool:
    """Take in what a provider told us by its webhook."""
    return _write(take_notice, notice, provider)


@patience(LONGEST_RUN)
def sweep() -> int:
    """Give back the stock of what was not paid in time; the session at the provider ends first. How many.

    An order whose provider does not answer is left for the next sweep, with all after it: its buyer could
    still pay. So is one whose provider the shop does not have any more; a person has to look at it there.
    """
    overdue = order_queries.overdue(clock.now())
    ends_reading()
    expired = 0
    gone: list[int] = []
    for order_id in _shuffled(overdue):
        if is_spent():
            break
        try:
            expired += _end_sessions(order_id, given_up=True) and _write(_expire_overdue, order_id)
        except ProviderGone:
            gone.append(order_id)
        except ProviderRefused as problem:
            log.warning("reservation not ended", order_id=order_id, reason=str(problem))
        except ProviderAway as problem:
            log.warning("reservation not ended", order_id=order_id, reason=str(problem))
            break
    if gone:
        log.warning("orders keep their stock, since their payment provider is gone", order_ids=sorted(gone))
    return expired


def cancel_order(number: str, actor: str) -> None:
    """Give up an unpaid order and give its stock back. Refused (409) when it was paid or ended meanwhile."""
    order_id, state = _order(number)
    if state in order_rules.BOUGHT:
        raise Refused(_("This order was paid in the meantime."), status=409)
    if state != order_rules.PLACED:
        raise Refused(_("This order cannot be cancelled any more."), status=409)
    if not _end_sessions(order_id, given_up=False) or not _write(orders.cancel, order_id, actor):
        raise Refused(_("This order was paid in the meantime."), status=409)


def refund_order(
    number: str,
    amount_cents: int | None,
    actor: str,
    restock: bool = True,
    given_back_cents: int | None = None,
    basis: str | None = None,
) -> None:
    """Give money back, all that is left by default. Raises Refused, or ProviderAway (then repeat it).

    given_back_cents, basis: what the asker saw had gone back, and upon what; refused when it changed.
    """
    order_id, _state = _order(number)

    def begin() -> DueRefund:
        refund = actions.begin_refund(order_id, amount_cents, actor, given_back_cents, restock, basis=basis)
        return queries.due_refund(refund.id)

    _complete(_write(begin))


def refund_withdrawal(withdrawal_id: int, actor: str) -> bool:
    """Give back what is due for the goods of a withdrawal, once however often this is called.

    False when it went back before. Raises Refused, or ProviderAway (then repeat it).
    """

    def begin() -> DueRefund | None:
        refund = actions.begin_withdrawal_refund(withdrawal_id, actor)
        return None if refund is None else queries.due_refund(refund.id)

    due = _write(begin)
    if due is not None:
        _complete(due)
    return due is not None


@patience()
def _complete(refund: DueRefund, looked: bool = False) -> None:
    """Have the provider give the money back. One that was asked for before is looked for first.

    looked: the caller has just looked for it.
    """
    provider = _provider_of(refund.attempt)
    repeated_ = refund.begun_at < clock.now() - rules.REPEATED
    if repeated_ and not looked and not _is_still_due(refund, provider):
        return
    try:
        reference = provider.refund(refund.attempt.intent, refund.cents, refund.key)
    except ProviderRefused as refusal:
        _write(actions.fail_refund, refund.id)
        raise Refused(
            _("The payment provider refused: %(reason)s", reason=str(refusal)), status=409
        ) from refusal
    _write(actions.finish_refund, refund.id, reference)


def _is_still_due(refund: DueRefund, provider: Provider) -> bool:
    """Take in what the provider has given back. False when this refund was among it.

    A refusal to tell says nothing about the refund: it may have been made under another key of ours.
    """
    try:
        found = provider.refunds(refund.attempt.intent)
    except ProviderRefused as refusal:
        raise ProviderGone(str(refusal)) from refusal
    for news in found:
        _write(later.take_news, news, refund.attempt.provider, "")
    unfinished = queries.is_unfinished(refund.id)
    ends_reading()
    return unfinished


def _complete_again(refund_id: int) -> bool:
    refund = queries.due_refund(refund_id)
    ends_reading()
    _complete(refund)
    return True


def _begin_return(payment_id: int) -> DueRefund | None:
    refund = actions.begin_return(payment_id)
    return None if refund is None else queries.due_refund(refund.id)


def _shuffled(things: Sequence[R]) -> list[R]:
    """In another order each time: one at which a run ends does not keep the same others waiting for ever."""
    return random.sample(things, len(things))


def _ask_again(attempt: Attempt) -> bool:
    return _ask(attempt, note_open=True)


@patience()
def _ask(attempt: Attempt, note_open: bool = False) -> bool:
    status = _provider_of(attempt).session_status(attempt.reference)
    if status.state == "open":
        if note_open:
            _write(actions.still_open, attempt.id)
        return False
    _write(settle, attempt.id, status, attempt.provider)
    return status.state != attempt.state


@patience()
def _end_sessions(order_id: int, given_up: bool) -> bool:
    """End every attempt of an order at its provider. False when money came, or is under way.

    given_up: the reservation ended. What we know to be pending has then had all the time that a bank may
    take, and counts as failed; so does a session that the provider does not know.
    """
    attempts = queries.attempts(order_id)
    ends_reading()
    if any(attempt.state in rules.TAKEN for attempt in attempts):
        return False
    for attempt in attempts:
        if attempt.state not in (*rules.LIVE, rules.PENDING):
            continue
        try:
            status = _ended(attempt)
        except ProviderRefused as refusal:
            if not given_up:
                raise ProviderAway(str(refusal)) from refusal
            status = Status("expired")
        if status.state == "open":
            did_not_end = "the page at the provider did not end"
            raise ProviderRefused(did_not_end) if given_up else ProviderAway(did_not_end)
        too_late = given_up and attempt.state == rules.PENDING
        if status.state == "paid" or (status.state == "pending" and not too_late):
            _write(settle, attempt.id, status, attempt.provider)
            return False
        _write(actions.close_attempt, attempt.id, rules.EXPIRED, answered=status.state != "pending")
    return True


def _ended(attempt: Attempt) -> Status:
    if not attempt.reference:
        return Status("expired")  # the buyer never got its address
    if attempt.provider == DemoProvider.name and choice.by_name(attempt.provider) is None:
        return Status("expired")  # its page is ours, and there is none any more
    provider = _provider_of(attempt)
    if attempt.state == rules.PENDING:
        return provider.session_status(attempt.reference)
    return provider.expire_session(attempt.reference)


def _expire_overdue(order_id: int) -> bool:
    """The buyer may have started another attempt while the sessions were ended: then nothing happens."""
    if not order_queries.overdue(clock.now(), order_id):
        return False
    was_pending = order_queries.has_event(order_id, "pending")
    end = actions.give_up_pending if was_pending else orders.expire
    return end(order_id, orders.SYSTEM, "not paid in time")


def _order(number: str) -> tuple[int, str]:
    order = order_queries.order_by_number(number)
    found = (order.id, order.state) if order else None
    ends_reading()
    if found is None:
        raise Refused(_("There is no such order."), status=404)
    return found


def _provider_of(attempt: Attempt) -> Provider:
    provider = choice.by_name(attempt.provider)
    if provider is None:
        raise ProviderGone(f"this shop has no provider {attempt.provider!r} any more")
    return provider
