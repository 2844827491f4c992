"""What payment providers tell us by themselves. Signed, so neither form nor cross-site rule applies."""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, request

from storefront.addresses import settings
from storefront.payments import conversation

blueprint = Blueprint("webhooks", __name__)
log = structlog.get_logger("webhooks")
BODY_BYTES = 256 * 1024


@blueprint.post("/stripe")
def stripe() -> Response:
    """Stripe's events. 200 for all that is Stripe's, known or not; else it would be sent again for days.

    400: not signed by Stripe. 413: too large. 503: no secret to check it by. A failure of ours is 500, and
    Stripe sends it again.
    """
    secret = settings().stripe_webhook_secret
    if not secret:
        return _said("no webhook secret", 503)
    from storefront.payments.stripe_gateway import BadNotice, read_notice

    request.max_content_length = BODY_BYTES
    try:
        notice = read_notice(request.get_data(), request.headers.get("Stripe-Signature"), secret)
    except BadNotice as problem:
        log.warning("webhook refused", reason=str(problem))
        return _said("bad webhook", 400)
    taken = conversation.take_in(notice, "stripe")
    return _said("taken in" if taken else "nothing to do", 200)


def _said(text: str, status: int) -> Response:
    answer = Response(f"{text}\n", status, mimetype="text/plain")
    if status == 503:
        answer.headers["Retry-After"] = "60"
    return answer
