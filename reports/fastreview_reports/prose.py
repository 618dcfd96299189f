"""The Markdown of a check's page as HTML: paragraphs, lists, fenced code, `code`, **strong**, *emphasis* and web links.

HTML in the source is text. A link becomes one only for http and https.
"""

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

_INLINE = re.compile(
    r"(?P<ticks>`+)(?P<code>.+?)(?P=ticks)"
    r"|\[(?P<label>[^\[\]]{1,300})\]\((?P<url>[^()\s]{1,2000})\)"
    r"|\*\*(?P<strong>[^*]{1,500})\*\*"
    r"|(?<!\w)\*(?P<emphasis>[^*\s][^*]{0,500})\*(?!\w)"
)
_ITEM = re.compile(r"\s{0,3}(?:[-*+]|\d{1,3}[.)])\s+(.*)")


def to_html(markdown: str) -> Markup:
    return Markup("\n").join(_blocks(markdown))


def is_web_address(url: str) -> bool:
    """True for http and https, without characters that could end an attribute or hide the host."""
    return re.fullmatch(r"https?://[^\s\"'<>\\^`{|}]{1,2000}", url, re.IGNORECASE) is not None


def inline(text: str) -> Markup:
    parts, position = [], 0
    for match in _INLINE.finditer(text):
        parts.append(escape(text[position : match.start()]))
        parts.append(_span(match))
        position = match.end()
    parts.append(escape(text[position:]))
    return Markup("").join(parts)


def _span(match: re.Match[str]) -> Markup:
    if match["code"]:
        return Markup("<code>{}</code>").format(match["code"].strip())
    if match["strong"]:
        return Markup("<strong>{}</strong>").format(match["strong"])
    if match["emphasis"]:
        return Markup("<em>{}</em>").format(match["emphasis"])
    if is_web_address(match["url"]):
        return Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(match["url"], match["label"])
    return escape(match.group())


def _blocks(markdown: str) -> Iterator[Markup]:
    paragraph: list[str] = []
    items: list[str] = []
    fence: list[str] | None = None
    for line in [*markdown.split("\n"), ""]:
        if fence is not None:
            if line.lstrip().startswith("```"):
                yield _code(fence)
                fence = None
            else:
                fence.append(line)
            continue
        item = _ITEM.match(line)
        if item is None and line.strip() and items and not line.lstrip().startswith("```"):
            items[-1] += " " + line.strip()
            continue
        if item is None and items:
            yield _list(items)
            items = []
        if (item or not line.strip() or line.lstrip().startswith("```")) and paragraph:
            yield Markup("<p>{}</p>").format(inline(" ".join(paragraph)))
            paragraph = []
        if item:
            items.append(item[1])
        elif line.lstrip().startswith("```"):
            fence = []
        elif line.strip():
            paragraph.append(line.strip().lstrip("#").strip())
    if fence:
        yield _code(fence)


def _list(items: list[str]) -> Markup:
    return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(inline(item)) for item in items))


def _code(lines: list[str]) -> Markup:
    return Markup('<pre class="code"><code>{}</code></pre>').format("\n".join(lines).strip("\n"))
