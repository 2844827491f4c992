"""The tables of the blog, by what they are about."""

from .articles import (
    Article,
    ArticleIngredient,
    ArticleSlugHistory,
    ArticleText,
    ArticleTopic,
)
from .counting import DaySum, Event, Setting
from .derived import ArticleCitation, ArticleCollection, ArticleLink, ArticleProduct
from .library import Author, Correction, Reference, ReferenceAnswer, ReferenceUpdate, Topic, TopicText

__all__ = [
    "Article",
    "ArticleCitation",
    "ArticleCollection",
    "ArticleIngredient",
    "ArticleLink",
    "ArticleProduct",
    "ArticleSlugHistory",
    "ArticleText",
    "ArticleTopic",
    "Author",
    "Correction",
    "DaySum",
    "Event",
    "Reference",
    "ReferenceAnswer",
    "ReferenceUpdate",
    "Setting",
    "Topic",
    "TopicText",
]
