"""What a page says of itself when it is shared (Open Graph)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from storefront.plugin_api import absolute, absolute_path, media_url

from .cards import Card
from .people import PersonPage
from .queries import ArticlePage
from .structured import moment

CROP = "16x9"


@dataclass(frozen=True)
class Share:
    """The values of the tags; `facts` are further ones, as (property, content)."""

    locales: ClassVar[dict[str, str]] = {"nl": "nl_NL", "en": "en_GB"}
    kind: str
    title: str
    description: str
    image: str = ""
    width: int = 0
    height: int = 0
    alt: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)


def of_article(article: ArticlePage) -> Share:
    """An article, with its dates, people and subjects."""
    facts = [
        ("article:published_time", moment(article.published_at)),
        ("article:modified_time", moment(article.updated_at)),
        ("article:author", absolute("blog.author", lang=article.lang, key=article.author.key)),
    ]
    if article.topic:
        facts.append(("article:section", article.topic))
    image = _image(article.picture, article.image_alt)
    return Share("article", article.title, article.description, **image, facts=facts)


def of_list(title: str, description: str, cards: list[Card]) -> Share:
    """A list of articles, with the picture of its first."""
    return Share("website", title, description, **_image(cards[0].picture if cards else {}))


def of_person(person: PersonPage, description: str) -> Share:
    """A person's page."""
    return Share("profile", person.name, description, **_image(person.picture, person.name))


def _image(picture: dict[str, Any], alt: str = "") -> dict[str, Any]:
    """Its raster file: the crop for sharing where there is one, else the whole picture."""
    crops = picture.get("crops", {}) if picture else {}
    if CROP in crops:
        found = {"image": crops[CROP]["file"], "width": crops[CROP]["width"], "height": crops[CROP]["height"]}
    elif picture and picture.get("raster"):
        found = {"image": picture["raster"]}
    else:
        return {}
    return found | {"image": absolute_path(media_url(found["image"])), "alt": alt}
