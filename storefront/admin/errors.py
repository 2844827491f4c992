"""Error pages of the admin, inside its frame. `app` asks `error_page` for every path under /admin."""

from __future__ import annotations

from flask import render_template
from werkzeug.exceptions import HTTPException

from storefront.locale import gettext as _

WORDS = {
    400: ("This request could not be read", "Go back, reload the page and try again."),
    403: ("This is not open to you", "Ask somebody who can do all to do it, or to change your role."),
    404: ("Not found", "It does not exist, or not any more."),
    405: ("This request could not be read", "Go back, reload the page and try again."),
    409: ("Somebody else was faster", "Reload the page and look at what it says now."),
    413: ("Too large", "Choose smaller files, at most 20 MB together."),
    429: ("Too often", "Wait a few minutes and try again."),
}


def error_page(error: HTTPException) -> tuple[str, int]:
    """The page for an error under /admin."""
    status = error.code or 500
    title, advice = WORDS.get(status, ("Something went wrong", "It was noted. Try again in a moment."))
    return render_template("admin/error.html", title=_(title), advice=_(advice), status=status), status
