"""What subjects are called when there are several of them."""


def plural(one: str) -> str:
    """The unit of several subjects: "function on the event loop" has its noun in front."""
    for preposition in (" on ", " of ", " in "):
        noun, found, rest = one.partition(preposition)
        if found:
            return plural(noun) + found + rest
    if one.endswith(("s", "ware")):
        return one
    return f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"
