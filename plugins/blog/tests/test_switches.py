"""Switches are off until somebody turns them on, and cost a request one query at most."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from plugins.blog import switches
from storefront.plugin_api import writing


def test_a_switch_is_off_until_it_is_turned_on(app: Flask) -> None:
    with app.test_request_context():
        assert not switches.is_on("another")
        with writing():
            switches.switch("another", True)
        assert switches.is_on("another")
        assert not switches.is_on("lookup")
        with writing():
            switches.switch("another", False)
        assert not switches.is_on("another")


def test_all_switches_are_read_by_one_query(app: Flask, queries: Callable[..., Any]) -> None:
    with app.test_request_context(), queries(app) as seen:
        assert not switches.is_on("another")
        assert not switches.is_on("lookup")
    assert len([one for one in seen if "plugin_blog_setting" in one]) == 1
