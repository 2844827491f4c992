import pytest

from storefront.accounts.rules import ORDERS, acceptable_password, may


@pytest.mark.parametrize(
    ("role", "permission", "allowed"),
    [
        ("admin", ORDERS, True),
        ("admin", "something.of.a.plugin", True),
        ("marketer", "blog.articles", True),
        ("marketer", "blog.settings", False),
        ("marketer", ORDERS, False),
        ("nobody", "blog.articles", False),
    ],
)
def test_an_admin_can_do_all_and_a_marketer_what_a_plugin_marks_so(role, permission, allowed):
    assert may({role}, permission, {"blog.articles"}) is allowed


@pytest.mark.parametrize("password", ["short", "a" * 40, "ababababababab", "", "x" * 10 + "yz" * 200])
def test_weak_and_endless_passwords_are_refused(password):
    assert not acceptable_password(password)


def test_a_long_sentence_is_a_password():
    assert acceptable_password("paard batterij nietje")
