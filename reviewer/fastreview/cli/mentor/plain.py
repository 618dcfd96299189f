"""Text of several lines for a terminal, with what would steer it written out."""

from fastreview.cli.printing import printable


def without_acting(text: str) -> str:
    return "\n".join(printable(line.expandtabs(4)) for line in text.split("\n"))
