"""The sweep: orders whose reservation ended give their stock back."""

from __future__ import annotations

import structlog

from storefront.payments import conversation
from storefront.payments.providers import ProviderAway, ProviderGone, ProviderRefused

log = structlog.get_logger("payments")


def sweep() -> int:
    """Expire what was not paid in time; the session at the provider ends first. Returns how many expired.

    An order whose provider does not answer is left for the next sweep: its buyer could still pay. So is one
    whose provider the shop does not have any more; a person has to look at it there.
    """
    expired = 0
    gone: list[int] = []
    for order_id in conversation.overdue_orders():
        try:
            expired += conversation.end_reservation(order_id)
        except ProviderGone:
            gone.append(order_id)
        except (ProviderAway, ProviderRefused) as problem:
            log.warning("reservation not ended", order_id=order_id, reason=str(problem))
    if gone:
        log.warning("orders keep their stock, since their payment provider is gone", order_ids=gone)
    return expired
