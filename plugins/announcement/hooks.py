"""What the announcement adds to the shop: an admin page, who may use it, its link, and the bar."""

from flask import Blueprint, get_template_attribute

from plugins.announcement import admin_views, models
from storefront.plugin_api import MenuItem, Permission, gettext, hookimpl, piece, today, url


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
def page_top() -> str:
    return piece(get_template_attribute("announcement/bar.html", "bar"), *models.notice(), today())
