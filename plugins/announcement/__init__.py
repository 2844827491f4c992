"""A dated bar at the top of the shop; the worked example of docs/writing-a-plugin.md."""

from storefront.plugin_api import Plugin

PLUGIN = Plugin(name="announcement", title="Announcement", version="1.0.0", requires_api="1.0")
