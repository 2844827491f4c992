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
    """Database and queue answer; what waits there, and whether a worker runs. 503 when the database is away.

    Without a worker the shop sells all the same, so a missing one is named and changes no status.
    """
    try:
        found = jobs.health()
    except Exception:
        log.exception("not ready")
        return {"database": "away"}, 503, NO_STORE | {"Retry-After": "5"}
    worker = {
        "state": "missing" if found.is_worker_missing else "ok",
        "seen_at": found.seen_at.isoformat(timespec="seconds") if found.seen_at else None,
    }
    queue = {"waiting": found.waiting, "dead": found.dead}
    return {"database": "ok", "queue": queue, "worker": worker}, 200, NO_STORE
