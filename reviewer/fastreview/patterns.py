"""Path patterns as configuration files write them: ``app/handlers/**``, ``**/generated.py``, ``legacy``."""

import re
from functools import cache


@cache
def path_pattern(pattern: str) -> re.Pattern[str]:
    """Matches a relative path with "/" that the pattern names, and everything below a folder that it names.

    ``*`` and ``?`` stay within one part of a path, ``**`` is any number of parts; everything else is itself.
    """
    parts = [part for part in pattern.split("/") if part not in {"", "."}]
    text = ""
    for number, part in enumerate(parts):
        if part == "**":
            text += "(?:.*/)?" if number < len(parts) - 1 else ".*"
        else:
            text += "".join(_CHARACTERS.get(character, re.escape(character)) for character in part)
            text += "/" if number < len(parts) - 1 else "(?:/.*)?"
    return re.compile(f"{text}\\Z", re.DOTALL)


_CHARACTERS = {"*": "[^/]*", "?": "[^/]"}
