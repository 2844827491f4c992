"""The blog: referenced articles in every language of the shop, linked to products."""

from storefront.plugin_api import Plugin

PLUGIN = Plugin(name="blog", title="Blog", version="0.1.0", requires_api="1.1")
