"""The blog's pages for staff: articles, their editor, and the library of references."""

from . import (
    articles,
    authors,
    earned,
    insert,
    library,
    moving,
    orphans,
    performance,
    preview,
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
    "library",
    "moving",
    "orphans",
    "performance",
    "preview",
    "settings",
    "topics",
    "updates",
    "working",
]
