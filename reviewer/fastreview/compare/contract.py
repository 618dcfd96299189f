"""What changed for the clients of a service: its routes before and after."""

import re
from collections.abc import Iterator, Mapping, Sequence

from fastreview.compare.document import RouteChange
from fastreview.review import RouteEntry

_PARAMETER = re.compile(r"\{[^{}:]*(:[^{}]*)?\}")


def route_changes(before: Sequence[RouteEntry], after: Sequence[RouteEntry]) -> tuple[RouteChange, ...]:
    """By method and path, whatever path parameters are called; a route whose endpoint is found under another path moved."""
    old, new = _by_address(before), _by_address(after)
    gone = {address: route for address, route in old.items() if address not in new}
    come = {address: route for address, route in new.items() if address not in old}
    moved = dict(_moved(gone, come))
    changes = [_changed(old[address], route) for address, route in new.items() if address in old]
    changes += [_move(gone[was], come[now]) for now, was in moved.items()]
    changes += [_added(route) for address, route in come.items() if address not in moved]
    left = {was: route for was, route in gone.items() if was not in moved.values()}
    changes += [_removed(route) for route in left.values()]
    order = ("removed", "moved", "changed", "added")
    found = [change for change in changes if change is not None]
    return tuple(sorted(found, key=lambda change: (not change.breaking, order.index(change.kind), change.route)))


def _by_address(routes: Sequence[RouteEntry]) -> dict[tuple[str, str], RouteEntry]:
    """The first of two with one address is the one that answers."""
    found: dict[tuple[str, str], RouteEntry] = {}
    for route in routes:
        found.setdefault((route.method, _PARAMETER.sub(r"{\1}", route.path)), route)
    return found


def _moved(
    gone: Mapping[tuple[str, str], RouteEntry], come: Mapping[tuple[str, str], RouteEntry]
) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """New to old address, where method and the endpoint's own name are the same and nothing else is called so."""
    for now, route in come.items():
        name = _endpoint(route)
        same = [was for was, other in gone.items() if was[0] == now[0] and _endpoint(other) == name]
        rivals = [at for at, other in come.items() if at[0] == now[0] and _endpoint(other) == name]
        if name and len(same) == len(rivals) == 1:
            yield now, same[0]


def _endpoint(route: RouteEntry) -> str:
    return route.endpoint.rpartition(".")[2]


def _name(route: RouteEntry) -> str:
    return f"{route.method} {route.path}"


def _added(route: RouteEntry) -> RouteChange:
    guard = f"guarded by {', '.join(route.security)}" if route.security else "open to everyone"
    return RouteChange("added", _name(route), details=(guard,), path=route.path_file, line=route.line)


def _removed(route: RouteEntry) -> RouteChange:
    return RouteChange("removed", _name(route), breaking=route.in_schema, path=route.path_file, line=route.line)


def _move(old: RouteEntry, new: RouteEntry) -> RouteChange:
    details = tuple(text for text, _ in _differences(old, new))
    return RouteChange("moved", _name(new), _name(old), details, old.in_schema, new.path_file, new.line)


def _changed(old: RouteEntry, new: RouteEntry) -> RouteChange | None:
    found = tuple(_differences(old, new))
    if not found:
        return None
    breaking = any(breaks for _, breaks in found)
    return RouteChange("changed", _name(new), "", tuple(text for text, _ in found), breaking, new.path_file, new.line)


def _differences(old: RouteEntry, new: RouteEntry) -> Iterator[tuple[str, bool]]:
    """As phrases, each with whether it breaks clients."""
    if _model(old) != _model(new):
        yield f"answers {new.response_model or 'without a model'}, was {old.response_model or 'without a model'}", True
    if old.status_code != new.status_code and old.status_code and new.status_code:
        yield f"status {new.status_code}, was {old.status_code}", True
    if old.security and not new.security:
        yield f"no longer guarded by {', '.join(old.security)}", False
    elif new.security and not old.security:
        yield f"now guarded by {', '.join(new.security)}", True
    elif set(old.security) != set(new.security):
        yield f"guarded by {', '.join(new.security)}, was {', '.join(old.security)}", False
    if old.in_schema != new.in_schema:
        yield ("now documented", False) if new.in_schema else ("no longer documented", False)


def _model(route: RouteEntry) -> str:
    """Without modules: a model that moves to another file is the same to clients."""
    return re.sub(r"\w+\.", "", route.response_model)
