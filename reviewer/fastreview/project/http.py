"""How the imported app answers: what its exchanges say on credentials, errors, request ids and health."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fastreview.facts.http import Exchange, HttpFacts, Phase
from fastreview.project.kept_property import cached_property

if TYPE_CHECKING:
    from fastreview.project.routes import Route

ERRORS = ("unknown-path", "wrong-method", "raised", "invalid-query", "invalid-body", "unhandled", "without-credentials")
REFUSED = frozenset({401, 403})
REDIRECTS = frozenset({302, 303, 307})
_FIRST_ERROR = 400
_SERVER_ERROR = 500
_INVALID = frozenset({400, 422})
_BESIDES = frozenset({"header", "cookie", "query"})
_CREDENTIAL = re.compile(r"auth|token|api.?key|session|credential|signature", re.IGNORECASE)


class Answers:
    """The exchanges with one app. Without any, every question is answered with nothing or None."""

    def __init__(self, facts: HttpFacts | None) -> None:
        self.facts = facts or HttpFacts(reason="no requests were sent")

    def __bool__(self) -> bool:
        return bool(self.facts.exchanges)

    @property
    def startup(self) -> Phase:
        return self.facts.startup

    @cached_property
    def _by_kind(self) -> dict[str, tuple[Exchange, ...]]:
        kinds = dict.fromkeys(exchange.kind for exchange in self.facts.exchanges)
        return {kind: tuple(e for e in self.facts.exchanges if e.kind == kind) for kind in kinds}

    def of(self, kind: str) -> tuple[Exchange, ...]:
        """Exchanges of a kind (see `Exchange`), those with the lifespan first."""
        return tuple(sorted(self._by_kind.get(kind, ()), key=lambda exchange: not exchange.with_lifespan))

    def first(self, kind: str) -> Exchange | None:
        return next(iter(self.of(kind)), None)

    @cached_property
    def errors(self) -> tuple[Exchange, ...]:
        """Answers that tell of an error, one for each kind and status, as the served app gives them.

        A server error counts where it was forced only: other ones tell that the app's services are away.
        """
        found: dict[tuple[str, int], Exchange] = {}
        for exchange in (exchange for kind in ERRORS for exchange in self.of(kind)):
            if _FIRST_ERROR <= exchange.status < _SERVER_ERROR or (exchange.kind == "unhandled" and exchange.status):
                found.setdefault((exchange.kind, exchange.status), exchange)
        return tuple(found.values())

    @cached_property
    def error_shapes(self) -> dict[tuple[str, ...], tuple[Exchange, ...]]:
        """`errors` by the top-level members of their bodies; ``()`` for bodies that are no JSON object."""
        found: dict[tuple[str, ...], list[Exchange]] = {}
        for exchange in self.errors:
            found.setdefault(members_of(exchange), []).append(exchange)
        return {members: tuple(exchanges) for members, exchanges in found.items()}

    @property
    def errors_have_one_shape(self) -> bool | None:
        """Whether unknown paths, wrong methods, invalid input, refusals and failures answer alike; None where fewer than
        three were seen."""
        return len(self.error_shapes) == 1 and () not in self.error_shapes if len(self.errors) > 2 else None

    @cached_property
    def leaks(self) -> tuple[Exchange, ...]:
        """Answers that gave away what an internal error said, a traceback or paths of files."""
        return tuple(exchange for exchange in self.facts.exchanges if exchange.leaks)

    @cached_property
    def returns_request_ids(self) -> bool | None:
        """Whether answers carry an id, the caller's or their own; None where no answer came."""
        answered = [exchange for kind in ("unknown-path", "raised") for exchange in self.of(kind) if exchange.status]
        return any(exchange.echoes or exchange.issues for exchange in answered) if answered else None

    @cached_property
    def _asked(self) -> dict[tuple[str, str], Exchange]:
        return {(exchange.method, exchange.path): exchange for exchange in self.of("without-credentials")}

    def without_credentials(self, route: Route) -> Exchange | None:
        return self._asked.get((route.method, route.path))

    def health(self, route: Route) -> tuple[Exchange, ...]:
        """What the route told as a health check, with the lifespan first; its services were away."""
        own = (route.method, route.path)
        return tuple(exchange for exchange in self.of("health") if (exchange.method, exchange.path) == own)


def members_of(exchange: Exchange) -> tuple[str, ...]:
    """Names of the top-level members of a JSON body, lists marked: FastAPI's own errors are ("detail",), and ("detail[]",)
    where the request is invalid."""
    found = {_member(leaf) for leaf in exchange.shape}
    return () if any(member.startswith("$") for member in found) else tuple(sorted(found))


def _member(leaf: str) -> str:
    path, _, kind = leaf.partition(": ")
    name = path.partition(".")[0]
    return f"{name.removesuffix('[]')}[]" if name.endswith("[]") or (path == name and kind == "array") else name


def passed_without_credentials(route: Route) -> bool | None:
    """Whether a request without credentials got as far as the endpoint or the check of its body; None where the answer
    does not tell (a server error, an endpoint inside a decorator, required input of some dependency)."""
    exchange = route.app.http.without_credentials(route)
    if exchange is None:
        return None
    if exchange.status in REFUSED or (exchange.status in REDIRECTS and not exchange.reached):
        return False
    if exchange.reached == "endpoint":
        return True
    if exchange.status not in _INVALID or exchange.reached:
        return None
    demanded = (
        [p for p in route.facts.parameters if p.required and p.where in _BESIDES] if route.facts is not None else []
    )
    # A dependency whose own input is missing is not called: whether it would have refused is not seen.
    if any(p.where != "query" and _CREDENTIAL.search(p.alias) for p in demanded):
        return False
    return None if demanded else True
