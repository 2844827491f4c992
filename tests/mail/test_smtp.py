"""What is said to a mail server: TLS before a password, and the server's certificate is checked."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from storefront import mail
from storefront.mail import Message

MESSAGE = Message("lotte@example.nl", "Hello", "text", "<p>text</p>", key="order-1")


class Server:
    """Notes what it is told."""

    said: list[Any] = []

    def __init__(self, host: str, port: int, timeout: float, context: ssl.SSLContext | None = None) -> None:
        self.said[:] = [(type(self).__name__, host, port)] + ([context.verify_mode] if context else [])

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.said.append("quit")

    def starttls(self, context: ssl.SSLContext) -> None:
        self.said.append(("starttls", context.verify_mode))

    def login(self, user: str, password: str) -> None:
        self.said.append(("login", user, password))

    def send_message(self, message: Any) -> None:
        self.said.append(("send", message["To"], message["Message-ID"]))


class SecureServer(Server):
    """The same behind TLS from the first byte."""


SEND = ("send", "lotte@example.nl", "<order-1@shop.example>")
CHECKED = ssl.CERT_REQUIRED


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("smtp://localhost", [("Server", "localhost", 25), SEND]),
        ("smtp://relay:2525?starttls=1", [("Server", "relay", 2525), ("starttls", CHECKED), SEND]),
        (
            "smtp://us%40er:p%2Fw@host:587",
            [("Server", "host", 587), ("starttls", CHECKED), ("login", "us@er", "p/w"), SEND],
        ),
        ("smtps://u:p@host", [("SecureServer", "host", 465), CHECKED, ("login", "u", "p"), SEND]),
    ],
)
def test_what_is_said(app: Flask, monkeypatch: pytest.MonkeyPatch, address: str, said: list[Any]) -> None:
    monkeypatch.setattr(smtplib, "SMTP", Server)
    monkeypatch.setattr(smtplib, "SMTP_SSL", SecureServer)
    settings = replace(app.extensions["storefront"], mail_url=address, mail_from="Shop <orders@shop.example>")
    mail.send(MESSAGE, settings)
    assert Server.said == [*said, "quit"]
