"""A real SMTP server on 127.0.0.1 for tests: it can be slow, refuse, and be cut off after DATA."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

PATIENCE = 30


class Server:
    """What came in, and what it does with the next mail."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []  # all that were read to their end, answered or not
        self.accepted: list[EmailMessage] = []  # those that were answered with 250
        self.connected = threading.Event()
        self.may_greet = threading.Event()
        self.may_greet.set()
        self.after_data: Callable[[int], str | None] = lambda _number: "250 taken"  # None: cut the connection
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self._listener.getsockname()[1]}"

    def serve(self) -> None:
        """One connection after another, until the listener is closed."""
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(PATIENCE)
                self._talk(connection)

    def close(self) -> None:
        """Take no more connections."""
        self.may_greet.set()
        if self._listener.fileno() >= 0:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()

    def _talk(self, connection: socket.socket) -> None:
        self.connected.set()
        self.may_greet.wait(PATIENCE)
        lines = connection.makefile("rb")

        def say(line: str) -> None:
            connection.sendall(f"{line}\r\n".encode())

        say("220 here")
        while line := lines.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                say("354 go on")
                mail = self._read(lines)
                answer = self.after_data(len(self.mails))
                if answer is None:
                    return
                if answer.startswith("250"):
                    self.accepted.append(mail)
                say(answer)
            elif word == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 fine")

    def _read(self, lines: Iterator[bytes]) -> EmailMessage:
        body = []
        for line in lines:
            if line == b".\r\n":
                break
            body.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        mail = message_from_bytes(b"".join(body), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return mail


@contextmanager
def smtp_server() -> Iterator[Server]:
    """A server that runs as long as the block."""
    server = Server()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join(PATIENCE)
