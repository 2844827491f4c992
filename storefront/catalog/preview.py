"""What lets somebody without a session see a draft for an hour: a signed word in its address."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeTimedSerializer

from storefront import addresses

SECONDS = 3600


def preview_token(code: str) -> str:
    """The word with which the draft of this code can be seen in the shop."""
    return _tokens().dumps(code)


def previewed(token: str) -> str:
    """The code of the product that a token shows; empty for one that is forged, too old or none."""
    if not token:
        return ""
    try:
        code = _tokens().loads(token, max_age=SECONDS)
    except BadSignature:
        return ""
    return str(code)


def _tokens() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(addresses.settings().secret_key, salt="preview of a product")
