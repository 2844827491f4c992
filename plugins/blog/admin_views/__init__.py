"""The blog's pages for staff: articles, their editor, and the library of references."""

from . import (
    articles,
    authors,
    earned,
    insert,
    languages,
    library,
    moving,
    moving_shopify,
    orphans,
    pasting,
    performance,
    preview,
    revisions,
    settings,
    topics,
    updates,
    working,
)
from .blueprint import blueprint

__all__ = [
    "articles",
    "authors",
    "blueprint",
    "earned",
    "insert",
    "languages",
    "library",
    "moving",
    "moving_shopify",
    "orphans",
    "pasting",
    "performance",
    "preview",
    "revisions",
    "settings",
    "topics",
    "updates",
    "working",
]
