"""What a stock level means, when a lot is on sale, and how its code is read."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

LOW = 15
LOT_STATES = ("quarantine", "released", "blocked", "recalled")
_LEADING_WORD = re.compile(r"^\s*(batch|lot|charge|partij)(nummer|number|nr|no)?\b[\s.:#]*", re.IGNORECASE)


def stock_word(available: int) -> str:
    """ "in_stock", "low" (1 to 15 left) or "sold_out"."""
    if available <= 0:
        return "sold_out"
    return "low" if available <= LOW else "in_stock"


def is_on_sale(
    state: str, best_before: date, on_sale_since: date | None, sold_out_on: date | None, on: date
) -> bool:
    """True when a lot is released and may be sold on a day; in SQL it is `queries.lot_is_on_sale`."""
    return (
        state == "released"
        and best_before >= on
        and (on_sale_since is None or on_sale_since <= on)
        and (sold_out_on is None or sold_out_on > on)
    )


def plain_code(text: str) -> str:
    """A lot's code in any spelling, reduced to its letters and digits: "Batch 26 - 0412" → "260412"."""
    text = _LEADING_WORD.sub("", unicodedata.normalize("NFKC", text))
    return "".join(sign for sign in text if sign.isalnum() and sign.isascii()).upper()
