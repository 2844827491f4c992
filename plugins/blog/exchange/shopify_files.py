"""The files of a Shopify blog: posts and redirects as CSV, pictures as a zip."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from storefront.plugin_api import LANGUAGES, Refused
from storefront.plugin_api import gettext as _

ROWS = 2_000
CELL = 5_000_000  # characters
NAMES = {
    "handle": "handle",
    "title": "title",
    "author": "author",
    "bodyhtml": "body",
    "body": "body",
    "contenthtml": "body",
    "summaryhtml": "summary",
    "tags": "tags",
    "published": "published",
    "publishedat": "published_at",
    "imagesrc": "image",
    "imagealttext": "alt",
    "imagealt": "alt",
    "bloghandle": "blog",
    "language": "lang",
    "locale": "lang",
}
YES = {"true", "yes", "1", "published", "ja"}
SIZED = re.compile(
    r"_(\d+x\d*|x\d+|pico|icon|thumb|small|compact|medium|large|grande|original|master)(@\dx)?(?=\.\w+$)"
)
OF_LANGUAGE = re.compile(r"/([a-z]{2})(?=/)")


@dataclass(frozen=True)
class Post:
    """A row of the posts."""

    row: int
    handle: str
    title: str
    blog: str = ""
    author: str = ""
    body: str = ""
    summary: str = ""
    tags: tuple[str, ...] = ()
    published: bool = False
    published_at: datetime | None = None
    image: str = ""
    alt: str = ""
    lang: str = ""

    @property
    def path(self) -> str:
        """Where it stood."""
        return f"/blogs/{self.blog}/{self.handle}"


def posts_of(data: bytes, blog: str) -> list[Post]:
    """The posts of a CSV file. Raises Refused for one that is none, or too large.

    blog: the handle of the blog, where the file does not say it.
    """
    posts = []
    for number, row in _rows(data, {"handle", "title", "body"}):
        lang = row.get("lang", "").lower()[:2]
        handle = row["handle"].strip("/").rpartition("/")[2].lower()
        if handle:
            posts.append(
                Post(
                    row=number,
                    handle=handle[:200],
                    title=row["title"],
                    blog=row.get("blog", "").lower() or blog,
                    author=row.get("author", "")[:120],
                    body=row["body"],
                    summary=row.get("summary", ""),
                    tags=tuple(dict.fromkeys(filter(None, map(str.strip, row.get("tags", "").split(","))))),
                    published=row.get("published", "").lower() in YES,
                    published_at=_moment(row.get("published_at", "")),
                    image=row.get("image", ""),
                    alt=row.get("alt", "")[:300],
                    lang=lang if lang in LANGUAGES else "",
                )
            )
    return posts


def redirects_of(data: bytes) -> dict[str, str]:
    """From → to, as paths, of Shopify's file of redirects."""
    found = {}
    for _number, row in _rows(data, {"from", "to"}):
        if row["from"]:
            found[path_of(row["from"])] = path_of(row["to"])
    return found


def followed(path: str, redirects: Mapping[str, str]) -> str:
    """Where a path leads in the end; one that leads in a circle leads nowhere."""
    seen = {path}
    while path in redirects:
        path = redirects[path]
        if path in seen:
            return ""
        seen.add(path)
    return path


def path_of(address: str) -> str:
    """The path of an address, without host, language, query and the slash at its end."""
    try:
        path = unquote(urlsplit(address.strip()).path)
    except ValueError:  # such as "http://["
        return ""
    found = OF_LANGUAGE.match(path)
    if found and found[1] in LANGUAGES:
        path = path[found.end() :]
    return "/" + path.strip("/").lower()


def file_names(src: str) -> list[str]:
    """The names that a picture can have in the zip: its own, and that without the size in it."""
    try:
        name = PurePosixPath(unquote(urlsplit(src.strip()).path)).name.lower()
    except ValueError:
        return []
    return list(dict.fromkeys([name, SIZED.sub("", name)])) if name else []


class ByName(Mapping[str, bytes]):
    """The files of a zip by their bare names, in small letters."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._paths = {PurePosixPath(path).name.lower(): path for path in files if "__MACOSX" not in path}

    def __getitem__(self, name: str) -> bytes:
        return self._files[self._paths[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def of(self, src: str) -> str:
        """The name of the file that an address means; "" when it did not come."""
        return next((name for name in file_names(src) if name in self._paths), "")


def _rows(data: bytes, needed: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file, with its columns by our names for them."""
    try:
        text = data.decode("utf-8-sig").replace("\x00", "")
    except ValueError as error:
        raise Refused(_("Save the file as CSV in UTF-8.")) from error
    csv.field_size_limit(CELL)
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        names = [_name(title) for title in next(reader, [])]
        if missing := sorted(needed - set(names)):
            raise Refused(_("The file has no column “%(name)s”.", name=TITLES[missing[0]]))
        for number, cells in enumerate(reader, 2):
            if number > ROWS + 1:
                raise Refused(_("The file has more than %(most)s rows.", most=ROWS))
            row = dict.fromkeys(needed, "")
            row |= {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}
            yield number, row
    except csv.Error as error:
        raise Refused(_("The file cannot be read as CSV.")) from error


TITLES = {
    "handle": "Handle",
    "title": "Title",
    "body": "Body HTML",
    "from": "Redirect from",
    "to": "Redirect to",
}


def _name(title: str) -> str:
    word = re.sub(r"[^a-z]", "", title.lower())
    return NAMES.get(word) or {
        "redirectfrom": "from",
        "path": "from",
        "redirectto": "to",
        "target": "to",
    }.get(word, "")


def _moment(text: str) -> datetime | None:
    """ "2024-03-05 10:00:00 +0100", "2024-03-05T10:00:00Z" or a day."""
    text = re.sub(r" ([+-]\d\d):?(\d\d)$", r"\1:\2", text.strip().removesuffix(" UTC"))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC) if moment.year > 1990 else None
