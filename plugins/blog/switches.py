"""The switches of the blog: what it does only where the shop's owner wants it. All are off at first."""

from __future__ import annotations

from flask import g, has_request_context

from storefront.plugin_api import db, kept

from .models import Setting

KEPT = "blog_switches"


def is_on(name: str) -> bool:
    """Whether a switch is on. At most one query for all in a request, none on most pages; a worker asks."""
    if not has_request_context():
        return name in _on()
    if KEPT not in g:
        setattr(g, KEPT, kept(KEPT, _on))
    on: set[str] = g.get(KEPT)
    return name in on


def _on() -> set[str]:
    found = db.session.execute(db.select(Setting.name, Setting.value))
    return {row.name for row in found if row.value.get("on")}


def switch(name: str, on: bool) -> None:
    """Turn a switch on or off."""
    db.session.merge(Setting(name=name, value={"on": on}))
    db.session.flush()
    g.pop(KEPT, None)
