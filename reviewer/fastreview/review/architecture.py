"""The layers and what they import from one another."""

from msgspec import Struct


class LayerEdge(Struct, frozen=True):
    """Imports from one layer to another, counted."""

    source: str
    target: str
    imports: int


class LayerImport(Struct, frozen=True):
    """One import of ``module`` from a layer to another."""

    source: str
    target: str
    path: str
    line: int
    module: str


class Architecture(Struct, frozen=True):
    """``layers`` maps a layer to its number of modules; ``cycles`` are import cycles as module names. ``outwards`` are imports
    of the outer layers (entry, web) from inner ones, bounded: whether one is wrong, findings tell."""

    layers: dict[str, int] = {}
    edges: tuple[LayerEdge, ...] = ()
    cycles: tuple[tuple[str, ...], ...] = ()
    outwards: tuple[LayerImport, ...] = ()
