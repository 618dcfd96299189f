"""The layers of the service and the imports between them, for the report's picture."""

from collections import Counter

from fastreview.project import Project
from fastreview.project.layers import LAYERS
from fastreview.review import Architecture, LayerEdge, LayerImport

MAX_CYCLES = 20
MAX_OUTWARDS = 500
_OUTER, _INNER = ("entry", "web"), ("business", "data")


def architecture(project: Project) -> Architecture:
    """Counts modules per layer and imports between layers; imports within a layer are left out."""
    modules = project.service_modules
    layers = Counter(project.layer(module) for module in modules)
    edges: Counter[tuple[str, str]] = Counter()
    inside = {id(module) for module in modules}
    outwards: dict[tuple[str, int, str], LayerImport] = {}
    for module in modules:
        for target, line in project.imports_of(module):
            pair = (project.layer(module), project.layer(target)) if id(target) in inside else ("", "")
            if pair[0] != pair[1]:
                edges[pair] += 1
            if _goes_outwards(*pair):
                outwards[module.path, line, target.name] = LayerImport(*pair, module.path, line, target.name)
    cycles = tuple(tuple(module.name for module, _ in cycle) for cycle in project.import_cycles[:MAX_CYCLES])
    return Architecture(
        {layer: layers[layer] for layer in LAYERS if layers[layer]},
        tuple(LayerEdge(source, target, count) for (source, target), count in sorted(edges.items())),
        cycles,
        tuple(outwards[key] for key in sorted(outwards))[:MAX_OUTWARDS],
    )


def _goes_outwards(source: str, target: str) -> bool:
    """Storage that imports the business is left out: it implements what the business defines."""
    return source in _INNER and target in _OUTER
