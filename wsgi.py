"""The WSGI entry point: `gunicorn wsgi:app` (production unless STOREFRONT_ENV says otherwise)."""

import gc
import sys

from storefront.app import create_app
from storefront.config import UnsafeSettings
from storefront.plugin_system.loader import PluginError

try:
    app = create_app()
except (UnsafeSettings, PluginError) as problem:
    sys.stderr.write(f"The shop does not start: {problem}\n")
    sys.exit(3)  # what gunicorn takes as "do not try again"

gc.collect()
gc.freeze()  # what stands now stays: the collector looks through it no more, and forks share it
