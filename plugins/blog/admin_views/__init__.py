"""The blog's pages for staff: articles, their editor, and the library of references."""

from . import articles, insert, library, preview
from .blueprint import blueprint

__all__ = ["articles", "blueprint", "insert", "library", "preview"]
