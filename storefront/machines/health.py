"""What a balancer asks: does the process answer, and can it serve?"""

from __future__ import annotations

import structlog
from flask import Blueprint, Response

from storefront.jobs import queries as jobs

blueprint = Blueprint("machines_health", __name__)
log = structlog.get_logger("health")

NO_STORE = {"Cache-Control": "no-store"}


@blueprint.get("/healthz")
def process() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain", headers=NO_STORE)


@blueprint.get("/readyz")
def ready() -> tuple[dict[str, object], int, dict[str, str]]:
    """Database and queue answer; how much is waiting in the queue. 503 when they do not."""
    try:
        waiting = jobs.waiting()
    except Exception:
        log.exception("not ready")
        return {"database": "away"}, 503, NO_STORE | {"Retry-After": "5"}
    return {"database": "ok", "queue": {"waiting": waiting}}, 200, NO_STORE
