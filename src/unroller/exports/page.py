"""What all pages share: the templates, one style sheet inside each page, and the policy that allows no other.

A thread's page has one script as well, which it works without: keys to go from post to post.

A door makes its own pages with `environment(its_folder)` and templates that extend `layout.html`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from unroller.core.media import is_film
from unroller.core.tolerant import clean, web_link
from unroller.exports import words
from unroller.exports.gallery import shape
from unroller.exports.markup import REL, body_html, name_html

TEMPLATES = Path(__file__).parent / "templates"


def _style(*names: str) -> str:
    """The style sheets in one, without comments and the space that only people need."""
    text = "".join((TEMPLATES / name).read_text("utf-8") for name in names)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"\s*([{};,])\s*", r"\1", text)).replace(";}", "}").strip()


def _script(name: str) -> str:
    """The script without its comments, and the space that only people need."""
    lines = (TEMPLATES / name).read_text("utf-8").splitlines()
    return "\n".join(line.strip() for line in lines if line.strip() and not line.lstrip().startswith("//"))


def source(text: str) -> str:
    """`text` as a source in a Content-Security-Policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


STYLE = _style("page.css")
STYLE_HASH = source(STYLE)
EACH_STYLE = _style("page.css", "each.css")
EACH_STYLE_HASH = source(EACH_STYLE)
SITE_STYLE = _style("page.css", "site.css")
SITE_STYLE_HASH = source(SITE_STYLE)
FOLDER_STYLES = {"style.css": SITE_STYLE, "each.css": _style("each.css")}
"""The style sheets of a static site, which its pages share; the second comes on top of the first."""
PAPER = tuple(re.findall(r"--paper:\s*(#\w+)", STYLE)[:2])
"""The colours behind the text, in light and in dark."""
KEYS = _script("keys.js")

POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src {STYLE_HASH} {EACH_STYLE_HASH} {SITE_STYLE_HASH}",
        "img-src https: http: data:",
        "media-src https: http:",
        "manifest-src 'self'",
        "form-action 'self'",
        "connect-src 'self'",  # for our scripts, and for Lighthouse, which asks for robots.txt
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

FOLDER_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)
"""What a page in a folder may load: what lies beside it, and nothing from anywhere else."""


@cache
def environment(*folders: Path) -> Environment:
    """Templates from `folders`, then ours. All text is escaped and cleaned; an unknown name is an error."""
    found = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_cleaned,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    styles = {"style": STYLE, "each_style": EACH_STYLE, "site_style": SITE_STYLE}
    found.globals.update({name: _trusted(style) for name, style in styles.items()})
    found.globals.update(folder_policy=_trusted(FOLDER_POLICY), keys_source=_trusted(source(KEYS)))
    found.globals.update(keys=_trusted(KEYS))
    found.globals.update(REL=REL, body_html=body_html, is_film=is_film, name_html=name_html)
    found.globals.update({name: getattr(words, name) for name in _WORDS})
    found.filters.update(link=web_link, language=language, time=time, moment=moment, shape=shape)
    return found


_WORDS = (
    "absent",
    "absent_quote",
    "alt",
    "checked",
    "counted",
    "day",
    "fold_reason",
    "host",
    "kind",
    "minute",
    "missing",
    "network_title",
    "revised",
    "stand_in",
    "terms",
    "turn",
    "wholeness",
)


def _cleaned(value: object) -> object:
    """What a template writes: never `None`, never a character that could mislead."""
    if value is None:
        return ""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def language(languages: tuple[str, ...]) -> str:
    """The first of `languages` as a page may name it; `""` says that it is not known."""
    return languages[0] if languages and _LANGUAGE.fullmatch(languages[0]) else ""


def time(value: datetime) -> Markup:
    """A `time` element that says the day."""
    return Markup('<time datetime="{}">{}</time>').format(words.stamp(value), words.day(value))


def moment(value: datetime) -> Markup:
    """A `time` element that says the minute."""
    return Markup('<time datetime="{}">{}</time>').format(words.stamp(value), words.minute(value))


def json_script(value: object) -> Markup:
    """`value` as JSON that is safe inside a `script` element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return _trusted(text)


def _trusted(text: str) -> Markup:
    """`text` as it is: only for what is our own, and for JSON without a character of HTML."""
    return Markup(text)  # noqa: S704
