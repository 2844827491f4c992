"""The states of an attempt to pay, and how long things last.

created: written down, the provider not asked yet. open: the buyer can pay at its address. pending: completed,
the bank has yet to answer. paid. held: money came that does not fit; it is not the amount asked for, or the
order was closed or paid already. failed. expired.
"""

from __future__ import annotations

from datetime import datetime, timedelta

CREATED, OPEN, PENDING = "created", "open", "pending"
PAID, HELD, FAILED, EXPIRED = "paid", "held", "failed", "expired"

# Of a refund. created: written down, the provider has not answered. done: on its way. failed: the provider
# said no. bounced: it was on its way, and came back to us; the buyer does not have it.
GIVEN = ("done", "bounced")  # counts as given back: what is known to have gone never becomes less

LIVE = (CREATED, OPEN)  # the buyer may still pay
TAKEN = (PAID, HELD)  # money came in

SESSION = timedelta(minutes=31)  # the provider's page ends; Stripe allows no less than 30 minutes
SPARE = timedelta(minutes=2)  # a page that ends sooner than this is not handed out again
UNANSWERED = timedelta(seconds=45)  # so long an attempt that was not answered is asked for again
MOST_ATTEMPTS = 20
ASKED_AFTER = timedelta(minutes=3)  # who was not told by then how an attempt or a refund stands, asks
REPEATED = timedelta(seconds=30)  # a refund older than this may have been made without our knowing
FORGOTTEN = timedelta(days=7)  # after this nobody asks about a page that ended
BANK_ASKED_EVERY = timedelta(hours=1)
PAGE_ASKED_EVERY = timedelta(minutes=10)  # one at which the buyer may still pay


def session_end(created_at: datetime) -> datetime:
    """When the provider's page of an attempt ends."""
    return created_at + SESSION


def is_usable(state: str, created_at: datetime, moment: datetime) -> bool:
    """True when the buyer can be sent to this attempt (again)."""
    if state == OPEN:
        return moment < session_end(created_at) - SPARE
    return state == CREATED and moment < created_at + UNANSWERED
