"""One self-contained HTML file: no network, a strict content-security policy, complete without JavaScript."""

import base64
import hashlib

from markupsafe import Markup

from fastreview.review import Review
from fastreview_reports.page import environment, resource
from fastreview_reports.view import shown
from fastreview_reports.view.effort import HOW


def render(review: Review) -> bytes:
    """UTF-8 HTML; the only style and the only script that run are ours, named in the policy by their hashes."""
    style, script = resource("assets", "report.css"), resource("assets", "report.js")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src '{digest(style)}'",
            f"script-src '{digest(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    # Files of this package, without anything of the review in them.
    trusted = {"style": Markup(style), "script": Markup(script)}  # noqa: S704
    text = (
        environment().get_template("report.html.j2").render(report=shown(review), counted=HOW, policy=policy, **trusted)
    )
    return (text + "\n").encode()


def digest(text: str) -> str:
    """The text's hash, as a content-security policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
