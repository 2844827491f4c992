"""/dev/mail: the mails that were written to files because no mail server is set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue

from storefront.addresses import settings
from storefront.mail import mail_folder

blueprint = Blueprint("development_mail", __name__)
MOST = 100
# The frame shows the mail as a reader would: no script, pictures of this shop only.
MAIL_POLICY = (
    "default-src 'none'; img-src 'self' data: http: https:; style-src 'unsafe-inline'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


@dataclass(frozen=True, slots=True)
class WrittenMail:
    """A mail in a file."""

    name: str
    sender: str
    to: str
    subject: str
    sent: datetime | None
    text: str
    html: str


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The newest mails."""
    files = sorted(_folder().glob("*.eml"), reverse=True)[:MOST] if _folder().is_dir() else []
    return render_template("development/mails.html", mails=[_read(file) for file in files])


@blueprint.get("/<name>")
def show(name: str) -> ResponseReturnValue:
    """One mail: text, and HTML in a frame."""
    return render_template("development/mail.html", mail=_read(_file(name)))


@blueprint.get("/<name>/html")
def html(name: str) -> ResponseReturnValue:
    """The HTML part alone, for the frame; its links open beside it."""
    part = _read(_file(name)).html.replace("<head>", '<head><base target="_blank">', 1)
    response = Response(part, mimetype="text/html")
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _folder() -> Path:
    return mail_folder(settings())


def _file(name: str) -> Path:
    """The file of that name, found in the folder's own list (never a path made of what was asked)."""
    files = _folder().glob("*.eml") if _folder().is_dir() else ()
    found = next((file for file in files if file.name == name), None)
    if found is None:
        abort(404)
    return found


def _read(file: Path) -> WrittenMail:
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    date = mail["Date"]
    return WrittenMail(
        name=file.name,
        sender=str(mail["From"]),
        to=str(mail["To"]),
        subject=str(mail["Subject"]),
        sent=date.datetime if date else None,
        text=_part(mail, "plain"),
        html=_part(mail, "html"),
    )


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
