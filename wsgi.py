"""The WSGI entry point: `gunicorn wsgi:app` (production unless STOREFRONT_ENV says otherwise)."""

from storefront.app import create_app

app = create_app()
