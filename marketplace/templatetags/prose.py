"""People's own running text on a page: Markdown without HTML, pictures or surprises."""

from html import unescape

import nh3
from django import template
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

register = template.Library()

READER = MarkdownIt("commonmark", {"html": False}).disable("image")
TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "code", "pre", "blockquote", "a", "hr", "h4"}
LINKS = {"http", "https", "mailto"}


@register.filter
def markdown(text: str) -> SafeString:
    """Rendered and cleaned. Headings are small ones: the page has its own."""
    tokens = READER.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "h4"
    html = READER.renderer.render(tokens, READER.options, {})
    clean = nh3.clean(
        html, tags=TAGS, attributes={"a": {"href"}}, url_schemes=LINKS, link_rel="noopener nofollow ugc"
    )
    return mark_safe(clean)  # noqa: S308 - nh3 left only what is listed above


@register.filter
def plain(text: str) -> str:
    """The same words without their marks, in one line, for where nothing else can stand."""
    return " ".join(unescape(strip_tags(markdown(text))).split())
