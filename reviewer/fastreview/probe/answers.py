"""What an answer, or the error in its place, shows: its shape, and what it gives away."""

from __future__ import annotations

import json
import re

from .places import clean
from .stand_ins import MESSAGE

MAX_SHAPE = 40
_PATH = re.compile(r"/[\w.-]{1,60}/[\w./-]{0,200}\.py\b|File \"")
DECODE = json.JSONDecoder().decode


def single(error):
    """What a group of exceptions holds, where that is one: older middleware wraps every error in such groups."""
    for _ in range(10):
        inner = getattr(error, "exceptions", None)
        if not isinstance(inner, (tuple, list)) or len(inner) != 1:
            break
        error = inner[0]
    return error


def told(error):
    error = single(error)
    return clean("%s: %s" % (type(error).__name__, clean(error, 300)), 300) if error is not None else ""


def shape_of(text):
    """Leaves of a JSON text with their types, of a list's first element."""
    found = []

    def walk(value, path, depth):
        if len(found) >= MAX_SHAPE:
            return
        if isinstance(value, dict) and value and depth < 4:
            for key in sorted(value, key=str)[:20]:
                walk(value[key], "%s.%s" % (path, clean(key, 60)) if path else clean(key, 60), depth + 1)
        elif isinstance(value, list) and value and depth < 4:
            walk(value[0], path + "[]", depth + 1)
        else:
            found.append("%s: %s" % (path or "$", json_type(value)))

    try:
        walk(DECODE(text), "", 0)
    except (ValueError, RecursionError, TypeError):
        return []
    return found


def json_type(value):
    for kind, name in ((bool, "boolean"), ((int, float), "number"), (str, "string"), (list, "array"), (dict, "object")):
        if isinstance(value, kind):
            return name
    return "null"


def leaks(kind, text):
    found = []
    if MESSAGE in text and kind == "unhandled":
        found.append("message")
    if "Traceback (most recent call last)" in text:
        found.append("traceback")
    if _PATH.search(text):
        found.append("path")
    return found
