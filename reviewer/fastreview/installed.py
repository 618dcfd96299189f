"""Which packages extend fastreview: found by entry point, imported only by who needs them."""

from importlib.metadata import entry_points

PACKS = "fastreview.packs"


def check_packs() -> tuple[str, ...]:
    """Names of the packages that hold check packs, the built-in one among them."""
    return tuple(sorted({point.value for point in entry_points(group=PACKS)}))
