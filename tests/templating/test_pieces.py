"""A piece of a page: made once for equal values, and blind to everything else."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask, get_template_attribute
from jinja2 import DictLoader
from jinja2.runtime import Macro
from markupsafe import Markup

import storefront
from storefront import locale, templating
from storefront.templating import piece

ROOT = Path(storefront.__file__).parent.parent
OF_THE_REQUEST = re.compile(
    r"\b(frame\(|request\b|session\b|g\.|today\(|csrf_token|get_flashed_messages|current_user|_external)"
)


@pytest.fixture
def macro(demo_app: Flask) -> Callable[[str], Macro]:
    """A macro `show(value)` from a template's text."""

    def make(text: str) -> Macro:
        loader, demo_app.jinja_env.loader = demo_app.jinja_env.loader, DictLoader({f"{text}.html": text})
        try:
            found: Macro = get_template_attribute(f"{text}.html", "show")
            return found
        finally:
            demo_app.jinja_env.loader = loader

    return make


def test_equal_values_give_the_piece_that_was_made_before(
    demo_app: Flask, macro: Callable[[str], Macro]
) -> None:
    with demo_app.test_request_context("/en/"):
        show = macro("{% macro show(value) %}<b>{{ value }}</b>{% endmacro %}")
        first = piece(show, ["a", 1])
        assert piece(show, ["a", 1]) is first
        assert piece(show, ["a", 2]) == "<b>[&#39;a&#39;, 2]</b>"


@pytest.mark.parametrize(
    ("one", "other"),
    [(Decimal("99.8"), Decimal("99.80")), ("<i>", Markup("<i>")), (1, True), (1, Decimal(1))],
)
def test_what_only_compares_as_equal_is_not_taken_for_the_same(
    demo_app: Flask, macro: Callable[[str], Macro], one: object, other: object
) -> None:
    with demo_app.test_request_context("/en/"):
        show = macro("{% macro show(value) %}{{ value }} {{ value | string }}{% endmacro %}")
        made = [piece(show, one), piece(show, other)]
        assert made == [Markup(show(one)), Markup(show(other))]


def test_each_language_and_each_mount_has_its_own(demo_app: Flask, macro: Callable[[str], Macro]) -> None:
    with demo_app.test_request_context("/en/"):
        show = macro("{% macro show(value) %}{{ _('Cart') }} {{ paths().cart }}{% endmacro %}")
    made = set()
    for lang in locale.LANGUAGES:
        for root in ("", "/shop"):
            with (
                demo_app.test_request_context(f"/{lang}/", environ_overrides={"SCRIPT_NAME": root}),
                locale.speaking(lang),
            ):
                made.add(str(piece(show, None)))
    assert made == {
        "Cart /en/cart",
        "Cart /shop/en/cart",
        "Winkelmand /nl/cart",
        "Winkelmand /shop/nl/cart",
    }


def test_a_piece_cannot_ask_the_frame(demo_app: Flask, macro: Callable[[str], Macro]) -> None:
    with demo_app.test_request_context("/en/"):
        show = macro("{% macro show(value) %}{{ frame().canonical }}{% endmacro %}")
        for _again in range(2):
            with pytest.raises(RuntimeError, match="knows its values only"):
                piece(show, None)
        assert demo_app.jinja_env.globals["frame"]().lang == "en"


def test_a_piece_within_a_piece_leaves_the_outer_one_blind(
    demo_app: Flask, macro: Callable[[str], Macro]
) -> None:
    with demo_app.test_request_context("/en/"):
        show = macro(
            "{% macro inner(value) %}{{ value }}{% endmacro %}"
            "{% macro show(value) %}{{ piece(inner, value) }}{{ frame().lang }}{% endmacro %}"
        )
        with pytest.raises(RuntimeError, match="knows its values only"):
            piece(show, None)


def test_each_app_keeps_its_own_pieces(make_app: Callable[[], Flask]) -> None:
    """Else an app that is given up stays in memory with its templates, as long as its pieces do."""
    apps = [make_app(), make_app()]
    for app in apps:
        app.test_client().get("/en/")
    (one, other) = (set(app.extensions["pieces"].values()) for app in apps)
    assert one and one == other
    assert not set(apps[0].extensions["pieces"]) & set(apps[1].extensions["pieces"])


def test_no_more_pieces_are_kept_than_the_limit(
    demo_app: Flask, macro: Callable[[str], Macro], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templating, "MOST_PIECES", 3)
    with demo_app.test_request_context("/en/"):
        show = macro("{% macro show(value) %}{{ value }}{% endmacro %}")
        for number in range(10):
            assert piece(show, number) == str(number)
            assert 1 <= len(demo_app.extensions["pieces"]) <= 3


def made_as_pieces() -> set[Path]:
    """The templates whose macros are made as pieces, and what these import."""
    folders = [ROOT / "templates", *ROOT.glob("plugins/*/templates")]
    known = {str(f.relative_to(folder)): f for folder in folders for f in folder.rglob("*.html")}
    imported = re.compile(r'{% from "([^"]+)" import ([^%]+?) ?-?%}')
    wanted: list[str] = []
    for file in known.values():
        text = file.read_text()
        pieces = set(re.findall(r"\bpiece\((\w+)", text))
        for source, names in imported.findall(text):
            local = {part.split(" as ")[-1].strip() for part in names.split(",")}
            wanted += [source] if local & pieces else []
    for code in ROOT.glob("plugins/*/*.py"):
        wanted += re.findall(r'piece\(get_template_attribute\("([^"]+)"', code.read_text())
    seen: set[Path] = set()
    while wanted:
        file = known[wanted.pop()]
        if file not in seen:
            seen.add(file)
            wanted += [source for source, _names in imported.findall(file.read_text())]
    return seen


def test_what_is_made_as_a_piece_asks_nothing_of_the_request() -> None:
    """`frame()` refuses by itself; the rest of what a request holds is looked for here."""
    files = made_as_pieces()
    assert {"product_card.html", "_product.html", "body.html", "header_footer.html"} <= {
        f.name for f in files
    }
    found = {
        f"{file.name}: {asked}"
        for file in files
        for line in file.read_text().splitlines()
        for asked in OF_THE_REQUEST.findall(line)
    }
    assert found == set()
