"""What is news in a finding after the first of its check, so that a list of many does not repeat itself."""

import re

from fastreview.review import FindingEntry

_NAME = re.compile(r"`[^`]+`")
_SENTENCE_END = re.compile(r"(?<=[.!?]) (?=[A-Z0-9`])")


def short_subject(subject: str, path: str) -> str:
    """The subject without what the place beside it says already: the file, or the module of a function."""
    if subject in {"project", path}:
        return ""
    parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
    modules = [".".join(parts[start:]) + "." for start in range(len(parts))] if path.endswith(".py") else []
    return next((subject.removeprefix(module) for module in modules if subject.startswith(module)), subject)


def brief(finding: FindingEntry, first: FindingEntry) -> tuple[str, str]:
    """The sentences that are news after the first finding, and the names of those that differ by names only."""
    if finding is first:
        return "", ""
    told = {_without_names(sentence, first.subject) for sentence in _SENTENCE_END.split(first.message)}
    sentences = _SENTENCE_END.split(finding.message)
    news = " ".join(s for s in sentences if _without_names(s, finding.subject) not in told)
    known = f"{first.message} {finding.subject} {news}"
    names = [name for name in dict.fromkeys(_NAME.findall(finding.message)) if not _says(known, name.strip("`"))]
    return news, ", ".join(names)


def _says(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _without_names(text: str, subject: str) -> str:
    return _NAME.sub("`", text.replace(subject, "`") if subject else text).rstrip(".")
