"""Questions to the requirements that were found."""

from fastreview.facts.files import FileFacts, Requirement


def groups(facts: FileFacts) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in facts.requirements:
        found.setdefault(one.group, set()).add(one.name)
    return found


def one(facts: FileFacts, name: str) -> Requirement:
    return next(found for found in facts.requirements if found.name == name)
