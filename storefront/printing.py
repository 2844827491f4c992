"""Papers: a page that stands alone, and the same as PDF where WeasyPrint is installed (the extra `pdf`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from flask import Response, current_app
from PIL import ImageFile

from storefront.locale import gettext as _

STYLES = Path(__file__).parent / "static" / "css" / "papers.css"


def page(template: str, **values: object) -> str:
    """A paper's template, filled in; works without a request."""
    return current_app.jinja_env.get_template(template).render(**values)


def can_make_pdf() -> bool:
    """True when WeasyPrint and the libraries that it needs are there."""
    return _weasyprint() is not None


def pdf(html: str) -> bytes | None:
    """A page as PDF, with the styles of papers and nothing from outside; None where none can be made."""
    maker = _weasyprint()
    if maker is None:
        return None
    nothing = maker.urls.URLFetcher(allowed_protocols=())
    paper = maker.HTML(string=html, url_fetcher=nothing)
    made: bytes = paper.write_pdf(stylesheets=[maker.CSS(filename=str(STYLES))])
    return made


def file_answer(content: bytes | None, name: str) -> Response:
    """A PDF to keep, or the sentence that says what to do where none can be made (501)."""
    if content is None:
        sentence = _("This shop makes no PDF files. Print the page instead, or save it as a PDF.")
        return Response(sentence, 501, mimetype="text/plain")
    answer = Response(content, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@cache
def _weasyprint() -> Any:
    """The library: it takes a second, and without Pango it is there but cannot be loaded."""
    try:
        import weasyprint
    except (ImportError, OSError):
        return None
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False  # it says otherwise; half an upload would pass
    return weasyprint
