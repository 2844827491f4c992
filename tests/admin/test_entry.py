"""Who gets in where: every address under /admin, for strangers, marketers and admins."""

import re

import pytest

from tests.journeys.test_queries import multiply

OPEN = {"admin_sign_in.show", "admin_sign_in.enter", "admin_sign_in.set_language", "admin_sign_in.leave"}
EXAMPLES = {"account_id": 1, "number": "ABCDEFGH", "code": "nmn-c", "what": "shut_out"}


def addresses(app, method):
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/admin") or method not in rule.methods or rule.endpoint in OPEN:
            continue
        counted = {
            name for name, converter in rule._converters.items() if converter.regex.startswith("[0-9]")
        }
        values = {name: 1 if name in counted else EXAMPLES.get(name, 1) for name in rule.arguments}
        yield rule.endpoint, adapter.build(rule.endpoint, values, method=method)


def test_strangers_get_in_nowhere(demo_app):
    client = demo_app.test_client()
    asked = list(addresses(demo_app, "GET"))
    assert len(asked) > 15
    for endpoint, path in asked:
        answer = client.get(path)
        assert answer.status_code == 303 and "/admin/sign-in" in answer.location, endpoint
    for endpoint, path in addresses(demo_app, "POST"):
        answer = client.post(path)
        assert answer.status_code == 303 and "/admin/sign-in" in answer.location, endpoint


def test_unknown_addresses_tell_strangers_nothing(demo_app):
    assert demo_app.test_client().get("/admin/no-such-page").status_code == 303


def test_a_marketer_reaches_neither_orders_nor_anything_else_of_the_core(marketer_client, demo_app):
    for endpoint, path in addresses(demo_app, "GET"):
        if endpoint.startswith("admin_") and endpoint != "admin_dashboard.show":
            assert marketer_client.get(path).status_code == 403, endpoint
    for endpoint, path in addresses(demo_app, "POST"):
        if endpoint.startswith("admin_"):
            assert marketer_client.post(path).status_code == 403, endpoint


def test_a_marketer_sees_a_menu_without_what_is_closed(marketer_client):
    page = marketer_client.get("/admin/")
    assert page.status_code == 200
    assert "/admin/orders/" not in page.text and "/admin/staff/" not in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/orders/",
        "/admin/products/",
        "/admin/evidence/",
        "/admin/pages/",
        "/admin/staff/",
        "/admin/audit/",
    ],
)
def test_an_admin_reaches_all(admin_client, path):
    page = admin_client.get(path)
    assert page.status_code == 200
    assert 'aria-current="page"' in page.text


@pytest.mark.parametrize(
    "path", ["/admin/nothing", "/admin/orders/NOSUCHNO", "/admin/products/nothing", "/admin/pages/nothing"]
)
def test_unknown_things_are_not_found_inside_the_frame(admin_client, path):
    answer = admin_client.get(path)
    assert answer.status_code == 404
    assert "/admin/sign-out" in answer.text


def test_pages_of_the_admin_are_few_queries(admin_client, demo_app, queries):
    for path in ("/admin/", "/admin/orders/", "/admin/products/", "/admin/products/nmn-c", "/admin/pages/"):
        admin_client.get(path)
        with queries(demo_app) as seen:
            admin_client.get(path)
        assert len(seen) <= 25, path


def test_long_lists_are_paged_and_cost_no_more_queries(admin_client, demo_app, queries):
    multiply(demo_app, 60)
    asked = (
        "/admin/products/",
        "/admin/evidence/",
        "/admin/evidence/lots/new",
        "/admin/evidence/reports/new",
    )
    for path in asked:
        with queries(demo_app) as seen:
            assert admin_client.get(path).status_code == 200
        assert len(seen) <= 15, path
    for path, link in (
        ("/admin/products/", r"/admin/products/[\w-]+"),
        ("/admin/evidence/", r"/admin/evidence/lots/[\w-]+"),
    ):
        rows = [
            re.findall(f'<th scope="row">.*?href="({link})"', admin_client.get(f"{path}?page={n}").text)
            for n in (1, 2)
        ]
        assert len(rows[0]) == 50 and rows[1] and not set(rows[0]) & set(rows[1]), path


@pytest.mark.parametrize(
    ("path", "words", "found"),
    [
        ("/admin/products/", "threonaat", "/admin/products/mgt-c"),
        ("/admin/products/", "mgt-p-100", "/admin/products/mgt-p"),
        ("/admin/products/", "NMN-C", "/admin/products/nmn-c"),
        ("/admin/evidence/", "260412", "/admin/evidence/lots/26-0412"),
        ("/admin/evidence/", "batch 26-0412", "/admin/evidence/lots/26-0412"),
        ("/admin/evidence/", "mgt-c-90", "/admin/evidence/lots/26-0412"),
    ],
)
def test_a_long_list_is_searched(admin_client, path, words, found):
    rows = (
        admin_client.get(path, query_string={"q": words})
        .text.partition("<tbody>")[2]
        .partition("</tbody>")[0]
    )
    assert f'"{found}"' in rows and "crm-p" not in rows
    nothing = admin_client.get(path, query_string={"q": "%"}).text
    assert "<tbody>" not in nothing and "‘%’" in nothing
