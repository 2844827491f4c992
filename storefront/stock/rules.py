"""What a stock level means, and how a lot's code is read."""

from __future__ import annotations

import re
import unicodedata

LOW = 15
LOT_STATES = ("quarantine", "released", "blocked", "recalled")
_LEADING_WORD = re.compile(r"^\s*(batch|lot|charge|partij)(nummer|number|nr|no)?\b[\s.:#]*", re.IGNORECASE)


def stock_word(available: int) -> str:
    """ "in_stock", "low" (1 to 15 left) or "sold_out"."""
    if available <= 0:
        return "sold_out"
    return "low" if available <= LOW else "in_stock"


def plain_code(text: str) -> str:
    """A lot's code in any spelling, reduced to its letters and digits: "Batch 26 - 0412" → "260412"."""
    text = _LEADING_WORD.sub("", unicodedata.normalize("NFKC", text))
    return "".join(sign for sign in text if sign.isalnum() and sign.isascii()).upper()
