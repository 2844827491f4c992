"""Languages: which ones there are, what is spoken now, translated texts, names of countries and dates.

The language is decided once per request, job or mail by ``speaking``; a look-up then costs one dictionary
access. Flask-Babel is told the same language, for the forms of flask-security and WTForms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date as babel_date
from babel.dates import format_datetime as babel_datetime
from babel.support import NullTranslations, Translations
from flask_babel.speaklater import LazyString

from storefront import clock

LANGUAGES = ("nl", "en")
DEFAULT_LANGUAGE = "nl"
NAMES = {"nl": "Nederlands", "en": "English"}
BABEL_LOCALES = {"nl": "nl", "en": "en_GB"}

_current: ContextVar[str] = ContextVar("language", default="en")
_catalogues: dict[str, NullTranslations] = {lang: NullTranslations() for lang in LANGUAGES}
# A page looks up two hundred messages; each is searched for once.
_texts: dict[str, Callable[[str], str]] = dict.fromkeys(LANGUAGES, str)


def load_catalogues(folders: list[Path]) -> None:
    """Load the compiled translations of all folders; on the same message the last folder wins."""
    for lang in LANGUAGES:
        merged: NullTranslations = NullTranslations()
        for folder in folders:
            found = Translations.load(str(folder), [lang])
            if not isinstance(found, Translations):
                continue
            if isinstance(merged, Translations):
                merged.merge(found)
            else:
                merged = found
        _catalogues[lang] = merged
        _texts[lang] = lru_cache(maxsize=8192)(merged.gettext)


def current() -> str:
    """The language spoken now: "nl" or "en"."""
    return _current.get()


def set_current(lang: str) -> None:
    """Speak `lang` for the rest of this context (one request)."""
    _current.set(lang)


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Within this block texts, dates and amounts are in `lang`."""
    token = _current.set(lang)
    try:
        yield
    finally:
        _current.reset(token)


def gettext(message: str, **values: object) -> str:
    """The message in the language of now, with %(name)s filled in when values are given."""
    text = _texts[_current.get()](message)
    return text % values if values else text


def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    """The message for `num` things; %(num)s is filled in."""
    text = _catalogues[_current.get()].ngettext(singular, plural, num)
    return text % {"num": num, **values}


def lazy_gettext(message: str, **values: object) -> LazyString:
    """A message that is translated when it is shown; for labels of forms."""
    return LazyString(gettext, message, **values)


def in_language(texts: dict[str, str], lang: str | None = None) -> str:
    """One language's text of a LocalText; never another language's: a missing one is empty."""
    return texts.get(lang or _current.get(), "")


def country_name(code: str) -> str:
    """A country's name: "Netherlands", in Dutch "Nederland"."""
    return _countries(_current.get()).get(code, code)


@lru_cache
def _countries(lang: str) -> Mapping[str, str]:
    return dict(Locale.parse(BABEL_LOCALES[lang]).territories)


def format_date(day: date, lang: str | None = None) -> str:
    """A date in words: "18 maart 2026", "18 March 2026"."""
    return _written(day, "d MMMM y", lang or _current.get())


def format_month(day: date, lang: str | None = None) -> str:
    """A month in words: "maart 2028"."""
    return _written(day, "MMMM y", lang or _current.get())


@lru_cache(maxsize=4096)
def _written(day: date, pattern: str, lang: str) -> str:
    """Writing a date costs Babel 0.2 ms, and a page repeats the same few dates."""
    return babel_date(day, pattern, locale=BABEL_LOCALES[lang])


def format_datetime(moment: datetime, lang: str | None = None) -> str:
    """A moment in the shop's time zone: "18 maart 2026, 14:05"."""
    return babel_datetime(
        clock.local(moment).replace(tzinfo=None),
        "d MMMM y, HH:mm",
        locale=BABEL_LOCALES[lang or _current.get()],
    )
