"""Articles as files: Markdown with front matter and a library as CSL-JSON, out and in; and a Shopify blog."""
