"""What plugins note on an order that is being placed. They may fail; the order is placed all the same."""

from __future__ import annotations

import structlog

from storefront.plugin_system.calling import call_named

log = structlog.get_logger("checkout")
LONGEST = 2_000  # characters of one plugin's note


def order_notes() -> dict[str, str]:
    """The notes by the plugins' names. One that is too long is logged and left out."""
    notes: dict[str, str] = call_named("order_notes")
    for plugin, text in notes.items():
        if len(text) > LONGEST:
            log.warning("a note was too long for an order", plugin=plugin, length=len(text))
    return {plugin: text for plugin, text in notes.items() if 0 < len(text) <= LONGEST}
