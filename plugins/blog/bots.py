"""Which programs are no readers, by what they call themselves. Nothing of it is kept."""

from __future__ import annotations

import re

# Crawlers, previews of chats, checkers of pages, and libraries that fetch them.
_NO_READER = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|scrap|fetch|preview|headless|lighthouse|pagespeed|monitor|uptime|"
    r"pingdom|archive|validator|checker|externalhit|facebookcatalog|mediapartners|google-|apis-|bingpreview|"
    r"whatsapp|telegram|skypeuri|embedly|curl|wget|python|java/|go-http|okhttp|axios|node|ruby|perl|php|"
    r"httpclient|libwww|phantom|selenium|puppeteer|playwright|cypress",
    re.IGNORECASE,
)


def is_bot(agent: str) -> bool:
    """True for programs that say what they are, and for those that say nothing."""
    return not agent.strip() or _NO_READER.search(agent) is not None
