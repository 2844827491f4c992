"""Where an article's page tells that it was read. The answer is always the same, and nothing of it waits."""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from storefront.plugin_api import PublicForm, TextField, writing

from . import bots, counting

blueprint = Blueprint("blog_seen", __name__)
log = structlog.get_logger("blog")
LONGEST_CODE = 60


class SeenForm(PublicForm):
    """What the page sends: the article, how far it was read in percent, and what was in sight."""

    article = TextField()
    depth = TextField()
    seen = TextField()


@blueprint.post("/seen")
def seen(lang: str) -> Response:
    """Note a view; 204 also for nonsense, for programs, and while the database cannot be written."""
    try:
        _note(lang)
    except HTTPException:
        pass  # nothing that a page of ours sends
    except SQLAlchemyError as error:
        log.warning("a view was not noted", reason=str(getattr(error, "orig", error)))
    answer = Response(status=204)
    answer.headers["Cache-Control"] = "no-store"
    del answer.headers["Content-Type"]
    return answer


def _note(lang: str) -> None:
    if not _is_reader():
        return
    form = SeenForm()
    code, depth = form.article.data or "", form.depth.data or ""
    if not code or len(code) > LONGEST_CODE or not depth.isascii() or not depth.isdecimal():
        return
    if len(depth) > 3 or int(depth) > 100:
        return
    with writing():
        counting.note_view(code, lang, int(depth), (form.seen.data or "").split()[: len(counting.IN_SIGHT)])


def _is_reader() -> bool:
    """Whether a browser sends this from a page that somebody looks at. The headers are not kept."""
    headers = request.headers
    ahead = headers.get("Sec-Purpose", "") + headers.get("Purpose", "")
    same = headers.get("Sec-Fetch-Site") == "same-origin"
    return same and "prefetch" not in ahead and not bots.is_bot(headers.get("User-Agent", ""))
