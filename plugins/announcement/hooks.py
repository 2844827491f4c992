"""What the announcement adds to the shop: an admin page, who may use it, its link, and the bar."""

from flask import Blueprint, render_template
from markupsafe import Markup

from plugins.announcement import admin_views, models
from storefront.plugin_api import MenuItem, Permission, gettext, hookimpl, url


@hookimpl
def blueprints() -> list[tuple[Blueprint, str]]:
    return [(admin_views.blueprint, "/admin/announcement")]


@hookimpl
def permissions() -> list[Permission]:
    return [Permission("announcement", gettext("Write the announcement"), marketer=True)]


@hookimpl
def admin_menu() -> list[MenuItem]:
    return [MenuItem(gettext("Announcement"), url("announcement.edit"), "calendar", "announcement")]


@hookimpl
def page_top() -> Markup:
    return Markup(render_template("announcement/bar.html", notice=models.notice()))
