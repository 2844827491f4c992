"""A faulty plugin costs its own slot and nothing else."""

import inspect
import os
import re
import subprocess
import sys
import types
from collections.abc import Callable

import pytest
from flask import Blueprint, request
from flask_babel.speaklater import LazyString
from sqlalchemy import text
from werkzeug.test import TestResponse

from storefront import worker
from storefront.database import db
from storefront.plugin_system import calling, hookspecs, loader, shapes

AT_START = "blueprints"  # a plugin whose blueprints fail is left out as a whole
HOOKS = [name for name in vars(hookspecs.Specs) if not name.startswith("_") and name != AT_START]
PLACES = ("/nl/", "/nl/products", "/nl/blog", "/sitemap.xml", "/nl/search?q=magnesium")
STAFF_PLACES = ("/admin/", "/admin/products/mgt-c")


def make_plugin(monkeypatch, name, **hooks):
    package = types.ModuleType(f"plugins.{name}")
    package.__file__ = __file__
    package.__path__ = []
    package.PLUGIN = loader.Plugin(name, name, "1")
    module = types.ModuleType(f"plugins.{name}.hooks")
    for hook, function in hooks.items():
        setattr(module, hook, hookspecs.hookimpl(function))
    monkeypatch.setitem(sys.modules, package.__name__, package)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    package.hooks = module
    monkeypatch.setattr(
        loader,
        "_package_of",
        lambda wanted, real=loader._package_of: f"plugins.{name}" if wanted == name else real(wanted),
    )
    monkeypatch.setattr(
        loader.importlib.util,
        "find_spec",
        lambda wanted, real=loader.importlib.util.find_spec: (
            None if wanted.startswith(f"plugins.{name}.") else real(wanted)
        ),
    )


def product_page(app) -> TestResponse:
    with app.test_request_context():
        from storefront.offers.queries import offers_by_code

        slug = offers_by_code(["mgt-c"], "en")["mgt-c"].slug
        db.session.remove()
    return app.test_client().get(f"/en/products/{slug}")


def raiser(hook) -> Callable[..., None]:
    """A function with the hook's own arguments that raises."""
    names = [p for p in inspect.signature(getattr(hookspecs.Specs, hook)).parameters if p != "self"]
    space: dict = {}
    exec(f"def {hook}({', '.join(names)}):\n    raise RuntimeError('from {hook}')", space)
    return space[hook]


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_plugin_that_raises_in_every_hook_leaves_the_page(make_app, monkeypatch, database):
    make_plugin(monkeypatch, "angry", **{hook: raiser(hook) for hook in HOOKS})
    app = make_app("demo", database, config={"RAISE_IN_HOOKS": False}, plugins=("angry", "blog"))
    response = product_page(app)
    assert response.status_code == 200
    assert b"Magnesium" in response.data
    for path in PLACES:
        assert app.test_client().get(path).status_code == 200, path


class Unwilling:
    """Neither a list nor a text, and it raises when it is looked through."""

    def __iter__(self):
        yield from ()
        raise RuntimeError("from the middle of a list")


WRONG = {
    "a text": "<b>no</b>",
    "a number": 7,
    "a list of texts": ["no", "no"],
    "a list of None": [None],
    "a tuple of the wrong length": ("/x", "/y", "/z"),
    "a list of tuples of the wrong length": [("/x",), ()],
    "a dict of the wrong kind": {"x": None},
    "a menu item of None": [hookspecs.MenuItem(None, None)],  # type: ignore[arg-type]
    "a menu item out of order": [hookspecs.MenuItem("x", "/x", position="first")],  # type: ignore[arg-type]
    "a panel of nothing": [hookspecs.Panel("x", None)],  # type: ignore[arg-type]
    "a page without paths": [hookspecs.SitemapEntry(None)],  # type: ignore[arg-type]
    "a page changed on a word": [hookspecs.SitemapEntry({"nl": "/x"}, "yesterday")],  # type: ignore[arg-type]
    "a found page of numbers": [hookspecs.SearchResult(1, 2, 3, 4)],  # type: ignore[arg-type]
    "something that breaks in the middle": Unwilling(),
    "a class": dict,
    "None": None,
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_result_of_a_wrong_shape_costs_its_slot(make_app, monkeypatch, wrong):
    make_plugin(monkeypatch, "crooked", **{hook: (lambda: WRONG[wrong]) for hook in HOOKS})
    app = make_app("demo", config={"RAISE_IN_HOOKS": False}, plugins=("crooked", "blog"))
    shop, staff = app.test_client(), app.test_client()
    staff.post("/dev/enter/marketer")
    assert staff.get("/admin/").status_code == 200
    staff.post("/dev/enter/admin")
    assert b"Read the research" in product_page(app).data
    for path in PLACES:
        assert shop.get(path).status_code == 200, path
    for path in STAFF_PLACES:
        assert staff.get(path).status_code == 200, path
    with app.app_context():
        kept = {name for name in worker.known_jobs() if not name.startswith("blog.")}
        assert kept == set(worker.JOBS)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_wrong_shape_raises_in_tests_and_says_what_the_hook_gives(make_app, monkeypatch, hook):
    make_plugin(monkeypatch, "crooked", **{hook: lambda: 7})
    with make_app("demo", plugins=("crooked",)).app_context():
        values = dict.fromkeys(inspect.signature(getattr(hookspecs.Specs, hook)).parameters)
        promised = getattr(hookspecs.Specs, hook).__annotations__["return"]
        if promised == "None":  # nothing is made of what it gives
            assert calling.call_all(hook, **values) == []
            return
        with pytest.raises(shapes.WrongShape, match=re.escape(f"{hook} gives {promised}; not 7")):
            calling.call_all(hook, **values)


def test_a_lazy_label_is_read_at_each_page(make_app, monkeypatch):
    """A piece knows its values by their bytes; of a lazy text these would be its function, not its words."""

    def links() -> list[hookspecs.MenuItem]:
        return [hookspecs.MenuItem(LazyString(lambda: request.args["said"]), "/x")]

    make_plugin(monkeypatch, "lazy", navigation_links=links)
    shop = make_app("demo", config={"RAISE_IN_HOOKS": False}, plugins=("lazy",)).test_client()
    for said in ("first", "second"):
        assert f'<a href="/x">{said}</a>' in shop.get(f"/en/?said={said}").text
    failed = shop.get("/en/")
    assert failed.status_code == 200 and 'href="/x"' not in failed.text


@pytest.mark.parametrize("given", [None, 7, "/x", [("/x",)], [("/x", "/y")], [7]])
def test_blueprints_of_a_wrong_shape_leave_the_plugin_out(make_app, monkeypatch, given):
    make_plugin(monkeypatch, "crooked", blueprints=lambda: given, page_top=lambda: "from the crooked one")
    production = {"env": "production", "base_url": "https://shop.example", "payment_provider": ""}
    app = make_app("demo", plugins=("crooked", "blog"), **production)
    left_out = app.extensions["storefront_plugins"].failed
    assert list(left_out) == ([] if given is None else ["crooked"])
    assert (b"from the crooked one" in product_page(app).data) == (given is None)


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_plugin_whose_query_fails_leaves_the_page(make_app, monkeypatch, database):
    def page_top(lang):
        db.session.execute(text("SELECT * FROM no_such_table"))

    make_plugin(monkeypatch, "broken", page_top=page_top)
    app = make_app("demo", database, config={"RAISE_IN_HOOKS": False}, plugins=("broken", "blog"))
    response = product_page(app)
    assert response.status_code == 200
    assert b"Read the research" in response.data


def test_in_tests_a_hook_raises(make_app, monkeypatch):
    make_plugin(monkeypatch, "angry", page_top=raiser("page_top"))
    app = make_app("demo", plugins=("angry",))
    with pytest.raises(RuntimeError, match="from page_top"):
        app.test_client().get("/nl/")


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_plugin_that_cannot_be_loaded_is_left_out_in_production_and_shown(make_app, database):
    app = make_app(
        "demo",
        database,
        env="production",
        base_url="https://shop.example",
        payment_provider="",
        plugins=("nosuch", "blog"),
    )
    assert app.extensions["storefront_plugins"].names() == ["blog"]
    assert "no plugin named" in app.extensions["storefront_plugins"].failed["nosuch"]
    assert product_page(app).status_code == 200


def test_a_plugin_for_a_later_api_is_refused(monkeypatch, make_app):
    make_plugin(monkeypatch, "future")
    sys.modules["plugins.future"].PLUGIN = loader.Plugin("future", "Future", "1", requires_api="2.0")
    with pytest.raises(loader.PluginError, match=r"needs plugin API 2\.0"):
        make_app("empty", plugins=("future",))


def test_a_plugin_that_is_not_listed_is_not_imported():
    code = "import sys, storefront.app as a; a.create_app(); print('plugins.blog' in sys.modules)"
    environ = os.environ | {"STOREFRONT_ENV": "development", "STOREFRONT_PLUGINS": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_a_plugin_whose_blueprint_clashes_is_left_out_in_production(make_app, monkeypatch):
    make_plugin(monkeypatch, "clash", blueprints=lambda: [(Blueprint("shop_home", __name__), "/clash")])
    production = {"env": "production", "base_url": "https://shop.example", "payment_provider": ""}
    app = make_app("demo", plugins=("clash", "blog"), **production)
    assert app.extensions["storefront_plugins"].names() == ["blog"]
    assert "ValueError" in app.extensions["storefront_plugins"].failed["clash"]
    assert product_page(app).status_code == 200


def test_a_name_with_an_underscore_is_refused(monkeypatch, make_app):
    make_plugin(monkeypatch, "blog_extra")
    with pytest.raises(loader.PluginError, match="underscore"):
        make_app("empty", plugins=("blog_extra",))


def test_a_plugin_named_twice_is_loaded_once(make_app):
    app = make_app("empty", plugins=("blog", "blog"))
    assert app.extensions["storefront_plugins"].names() == ["blog"]


def test_an_unsafe_start_of_the_server_says_one_line():
    environ = {key: value for key, value in os.environ.items() if not key.startswith("STOREFRONT_")}
    done = subprocess.run([sys.executable, "-c", "import wsgi"], env=environ, capture_output=True, text=True)
    assert done.returncode == 3  # gunicorn stops; with 1 it would start another worker for ever
    line = "SECRET_KEY is missing; production needs a key of 32 characters or more."
    assert done.stderr.strip().splitlines() == [f"The shop does not start: STOREFRONT_{line}"]


def test_a_plugin_that_is_not_there_is_said_in_one_line_in_development():
    environ = os.environ | {"STOREFRONT_ENV": "development", "STOREFRONT_PLUGINS": "nosuch"}
    done = subprocess.run([sys.executable, "-c", "import wsgi"], env=environ, capture_output=True, text=True)
    assert done.returncode == 3
    line = "no plugin named 'nosuch': neither an installed one nor plugins/nosuch"
    assert done.stderr.strip().splitlines() == [f"The shop does not start: {line}"]
