"""A property that is derived once."""

import pytest

from fastreview.project.kept_property import cached_property


class Order:
    def __init__(self, lines: list[int]) -> None:
        self.lines = lines
        self.asked = 0

    @cached_property
    def total(self) -> int:
        """The sum of its lines."""
        self.asked += 1
        return sum(self.lines)


def test_is_derived_once_for_each_object() -> None:
    one, other = Order([1, 2]), Order([4])

    assert (one.total, one.total, other.total) == (3, 3, 4)
    assert (one.asked, other.asked) == (1, 1)


def test_can_be_derived_anew() -> None:
    order = Order([1])
    assert order.total == 1

    order.lines.append(2)
    del order.total

    assert order.total == 3


def test_what_fails_is_not_kept() -> None:
    order = Order([1])
    order.lines.append("two")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        _ = order.total

    order.lines.pop()

    assert order.total == 1


def test_is_described_on_the_class() -> None:
    assert Order.total.__doc__ == "The sum of its lines."
