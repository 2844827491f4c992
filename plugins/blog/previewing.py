"""The address under which somebody without an account reads a text before it is published, for a week."""

from __future__ import annotations

from itsdangerous import BadData, URLSafeTimedSerializer

from storefront.plugin_api import setting

SECONDS = 7 * 24 * 60 * 60
SALT = "preview of an article"


def token(text_id: int) -> str:
    """A word that opens the preview of a text; it says when it was made."""
    return _serializer().dumps(text_id)


def text_of(word: str) -> int | None:
    """The text that a word opens, or None when it was forged or is too old."""
    try:
        found = _serializer().loads(word, max_age=SECONDS)
    except BadData:
        return None
    return found if isinstance(found, int) else None


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(setting("secret_key"), salt=SALT)
