"""The address under which somebody without an account reads a text before it is published, for a week."""

from __future__ import annotations

from itsdangerous import BadData, URLSafeTimedSerializer

from storefront.plugin_api import setting

SECONDS = 7 * 24 * 60 * 60
SALT = "preview of an article"


def token(article: str, lang: str) -> str:
    """A word that opens the preview of an article's text, by the article's code; it says when it was made."""
    return _serializer().dumps([article, lang])


def text_of(word: str) -> tuple[str, str] | None:
    """The article and language that a word opens, or None when it was forged or is too old."""
    try:
        found = _serializer().loads(word, max_age=SECONDS)
    except BadData:
        return None
    return (str(found[0]), str(found[1])) if isinstance(found, list) and len(found) == 2 else None


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(setting("secret_key"), salt=SALT)
