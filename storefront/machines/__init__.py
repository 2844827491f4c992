"""What programs see: webhooks, health, sitemap, media."""
