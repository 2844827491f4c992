"""Order numbers: random, short, and without letters that look like digits."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32: no I, L, O, U
LENGTH = 8


def new_number() -> str:
    """A number such as 7F3K20MQ: 40 random bits, nobody learns from it how much is sold."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def new_token() -> str:
    """128 random bits for the order's address."""
    return secrets.token_urlsafe(16)


def as_typed(text: str) -> str:
    """A number as somebody typed or spelled it, brought back to its form: "7f3k-2omq" is 7F3K20MQ."""
    kept = "".join(letter for letter in text.upper() if letter.isalnum())
    return kept.translate(str.maketrans("ILO", "110"))
