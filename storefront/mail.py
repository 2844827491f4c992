"""Sending a mail: a real SMTP conversation, or files under instance/mail that /dev/mail shows."""

from __future__ import annotations

import smtplib
import ssl
import uuid
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from flask import current_app

from storefront import clock
from storefront.config import Settings

SECONDS = 10


@dataclass(frozen=True)
class Message:
    """A mail to one person, in text and HTML with the same facts."""

    to: str
    subject: str
    text: str
    html: str
    key: str = ""  # the same key gives the same Message-ID, so that a repeat can be recognised


def send(message: Message, settings: Settings) -> None:
    """Hand a mail over. Raises OSError or smtplib.SMTPException when that fails; the job tries again."""
    mail = _compose(message, settings.mail_from)
    if settings.mail_url:
        _over_smtp(mail, settings.mail_url)
    else:
        _into_file(mail, mail_folder(settings))


def render(template: str, **values: object) -> str:
    """A mail's template, filled in; works without a request."""
    return current_app.jinja_env.get_template(template).render(**values)


def mail_folder(settings: Settings) -> Path:
    """Where mails are written when there is no mail server."""
    return settings.instance_path / "mail"


def _into_file(mail: EmailMessage, folder: Path) -> None:
    """Write a mail as an .eml file; the newest sorts last."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{clock.now():%Y%m%d-%H%M%S-%f}-{uuid.uuid4().hex[:8]}.eml"
    path.write_bytes(mail.as_bytes())


def _compose(message: Message, sender: str) -> EmailMessage:
    mail = EmailMessage()
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    mail["From"] = sender
    mail["To"] = message.to
    mail["Subject"] = message.subject
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{message.key}@{domain}>" if message.key else make_msgid(domain=domain)
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _over_smtp(mail: EmailMessage, address: str) -> None:
    """smtp://user:password@host:587 or smtps://host:465. A password never travels in the clear."""
    parts = urlsplit(address)
    options, context = parse_qs(parts.query), ssl.create_default_context()
    host, secure = parts.hostname or "localhost", parts.scheme == "smtps"
    with (
        smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS, context=context)
        if secure
        else smtplib.SMTP(host, parts.port or 25, timeout=SECONDS)
    ) as server:
        if not secure and (parts.username or options.get("starttls") == ["1"]):
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(mail)
