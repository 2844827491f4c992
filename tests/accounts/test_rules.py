import pytest

from storefront.accounts.rules import CORE_PERMISSIONS, acceptable_password, may


@pytest.mark.parametrize("permission", [*CORE_PERMISSIONS, "something.of.a.plugin"])
def test_an_admin_can_do_all(permission):
    assert may({"admin"}, permission)


@pytest.mark.parametrize("permission", CORE_PERMISSIONS)
def test_a_marketer_can_do_nothing_of_the_core(permission):
    assert not may({"marketer"}, permission, {"blog.articles"})


def test_a_marketer_can_do_what_a_plugin_marks_so():
    assert may({"marketer"}, "blog.articles", {"blog.articles"})
    assert not may({"marketer"}, "blog.settings", {"blog.articles"})


def test_nobody_can_do_anything():
    assert not may(set(), "blog.articles", {"blog.articles"})


@pytest.mark.parametrize("password", ["short", "a" * 40, "ababababababab", "", "x" * 10 + "yz" * 200])
def test_weak_and_endless_passwords_are_refused(password):
    assert not acceptable_password(password)


def test_a_long_sentence_is_a_password():
    assert acceptable_password("paard batterij nietje")
