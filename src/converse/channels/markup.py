"""The text of a letter in HTML. One pass, whose time grows with the length alone, whatever the markup is."""

from __future__ import annotations

import re
from html import unescape

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})|<[!?]")
_HIDDEN = frozenset({"script", "style", "head", "title", "template"})
_BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "blockquote", "table"})


def shown_text(markup: str) -> str:
    """What a reader sees: blocks on lines of their own, quoted ones behind ``> ``; scripts, styles and tags left out.

    What is opened and never closed hides the rest.

    Examples
    --------
    >>> print(shown_text("<style>p {}</style><p>We pay &euro;50<br>on Friday</p><blockquote>Pay!</blockquote>"))
    We pay €50
    on Friday
    <BLANKLINE>
    > Pay!
    """
    lines, line, quoted = [], "", 0
    for text, tag, closing in _tokens(markup):
        line += text
        if tag in _BLOCKS:
            lines.append(("> " if quoted and line.strip() else "") + " ".join(unescape(line).split()))
            line = ""
            if tag == "blockquote":
                quoted = max(0, quoted + (-1 if closing else 1))
    lines.append(" ".join(unescape(line).split()))
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip()


def _tokens(markup: str) -> list[tuple[str, str, bool]]:
    """Pieces of text, each with the tag that follows it ('' = another piece) and whether that one closes."""
    found, place = [], 0
    while (begin := markup.find("<", place)) >= 0:
        tag = _TAG.match(markup, begin)
        if tag is None:  # a sign of its own
            found.append((markup[place : begin + 1], "", False))
            place = begin + 1
            continue
        name, closing = (tag[2] or "").lower(), tag[1] == "/"
        found.append((markup[place:begin], name, closing))
        end = "-->" if markup.startswith("<!--", begin) else ">"
        place = markup.find(end, begin)
        if place >= 0 and name in _HIDDEN and not closing:
            close = re.compile(f"</{name}", re.IGNORECASE).search(markup, place)
            place = -1 if close is None else markup.find(">", close.start())
        if place < 0:
            return found
        place += len(end)
    return [*found, (markup[place:], "", False)]
