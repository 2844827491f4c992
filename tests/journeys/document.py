"""A page as a crawler reads it: language, links, ids, headings, texts with the language they are in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SPOKEN = ("alt", "aria-label", "placeholder", "title", "content")
UNSPOKEN = {"script", "style"}


@dataclass
class Link:
    """A link: where to, in which tag, and the language that it says it leads to."""

    href: str
    tag: str
    attributes: dict[str, str]


@dataclass
class Document(HTMLParser):
    """Parsed HTML. `texts` are pairs of language and text, of elements and of spoken attributes."""

    lang: str = ""
    links: list[Link] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    metas: dict[str, str] = field(default_factory=dict)
    _open: list[tuple[str, str]] = field(default_factory=list)  # (tag, language)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    @classmethod
    def of(cls, html: str) -> Document:
        """The document of an HTML text."""
        made = cls()
        made.feed(html)
        made.close()
        return made

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        lang = given.get("lang") or (self._open[-1][1] if self._open else "")
        if tag == "html":
            self.lang = lang
        if "id" in given:
            self.ids.append(given["id"])
        for name in ("href", "src", "action"):
            if name in given:
                self.links.append(Link(given[name], tag, given))
        self.links += [
            Link(part.split()[0], tag, given) for part in given.get("srcset", "").split(",") if part.strip()
        ]
        if tag == "meta" and "name" in given:
            self.metas[given["name"]] = given.get("content", "")
        spoken = [name for name in SPOKEN if name != "content" or given.get("name") == "description"]
        self.texts += [(lang, given[name]) for name in spoken if given.get(name)]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))
        if tag not in VOID:
            self._open.append((tag, lang))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not data.strip() or (self._open and self._open[-1][0] in UNSPOKEN):
            return
        if any(re.fullmatch("h[1-6]", tag) for tag, _ in self._open):
            level, text = self.headings[-1]
            self.headings[-1] = (level, text + data)
        self.texts.append((self._open[-1][1] if self._open else "", " ".join(data.split())))

    def rel(self, rel: str) -> list[Link]:
        """The link elements with a relation."""
        return [link for link in self.links if link.tag == "link" and link.attributes.get("rel") == rel]
