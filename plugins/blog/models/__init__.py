"""The tables of the blog, by what they are about."""

from .articles import (
    Article,
    ArticleIngredient,
    ArticleRelated,
    ArticleSlugHistory,
    ArticleText,
    ArticleTopic,
)
from .counting import DaySum, Event, Setting
from .derived import ArticleCitation, ArticleCollection, ArticleLink, ArticleProduct, TextBlock
from .editorial import Revision, WorkingCopy
from .library import (
    Author,
    Correction,
    Reference,
    ReferenceAnswer,
    ReferenceUpdate,
    Topic,
    TopicSlugHistory,
    TopicText,
)
from .moving import Import, OldAddress

__all__ = [
    "Article",
    "ArticleCitation",
    "ArticleCollection",
    "ArticleIngredient",
    "ArticleLink",
    "ArticleProduct",
    "ArticleRelated",
    "ArticleSlugHistory",
    "ArticleText",
    "ArticleTopic",
    "Author",
    "Correction",
    "DaySum",
    "Event",
    "Import",
    "OldAddress",
    "Reference",
    "ReferenceAnswer",
    "ReferenceUpdate",
    "Revision",
    "Setting",
    "TextBlock",
    "Topic",
    "TopicSlugHistory",
    "TopicText",
    "WorkingCopy",
]
