"""Names of the parameters that page a list, and of the parts of an answer that hold one.

Sources: fastapi-pagination, Google's AIP-158, JSON:API and GitHub's REST API; lower case, underscores left out.
"""

import re
from functools import lru_cache

from fastreview.api import Class, Declared, External, Input, Project, Route, classes_of, fields_of, syntax, unwrapped

SIZES = frozenset(
    {
        "limit", "pagesize", "perpage", "size", "itemsperpage", "pagelimit", "maxresults", "rowsperpage",
        "recordsperpage",
        "resultsperpage", "pagelength", "take",
    }
)  # fmt: skip
POSITIONS = frozenset(
    {
        "page", "offset", "skip", "cursor", "pagetoken", "nexttoken", "pagenum", "pagenumber", "pageno", "pageindex",
        "startindex", "continuationtoken", "nextcursor", "lastid", "sinceid", "after", "before", "current", "marker",
        "currentpage", "range", "start", "startkey", "beforeid", "afterid",
    }
)  # fmt: skip
COUNTERS = frozenset(
    {
        "total", "count", "page", "size", "pages", "limit", "offset", "skip", "pagesize", "perpage", "message",
        "msg", "code",
        "status", "success", "next", "previous", "prev", "hasmore", "totalcount", "statuscode", "detail", "error", "ok",
        "totalpages", "responsecode", "timestamp", "request", "requestid", "meta", "headers", "mediatype",
    }
)  # fmt: skip
CONTENTS = frozenset({"data", "items", "results", "result", "records", "rows", "list", "content", "objects"})

_SUMMED_UP = re.compile(r"^(?:average|avg|mean)[a-z]|[a-z](?:average|avg)$")
"""In plain letters, what is summed up over a list: ``average_rating``."""
_PAGER = re.compile(r"pagin|(?:^|_)page(?:$|_)|cursor", re.IGNORECASE)
_PAGED_ANSWER = re.compile(r"pagin|(?:^|[a-z_])Page(?:$|[A-Z\[_])|^Page|Cursor")


_SIZE = re.compile(r"(?:page|chunk|batch)[a-z]*size$|limit$")
"""In plain letters: ``page_chunk_size``."""
BRIEF = re.compile(
    r"(?:^|[/_-])(?:today|latest|recent|newest|trending|popular|top|suggest(?:ions?)?|autocomplete|featured|current|enums?)(?:$|[/_-])"
)
"""In the path or the name of a route: its list is short by what it is for."""


@lru_cache(maxsize=20_000)
def plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def sizes(route: Route, project: Project) -> tuple[Input, ...]:
    """The parameters that say how many items a page has."""
    return tuple(
        given for given in given_by_client(route, project) if plain(given.alias) in SIZES or plain(given.name) in SIZES
    )


@lru_cache(maxsize=5_000)
def given_by_client(route: Route, project: Project) -> tuple[Input, ...]:
    """Parameters of a route, those that a model stands for included."""
    found: list[Input] = []
    for given in route.inputs:
        found.append(given)
        for cls in classes_of(given.declared):
            found.extend(fields_of(cls))
    return tuple(found)


def is_paged(route: Route, project: Project) -> bool:
    """Whether a client can ask for a part of the list."""
    asked = {plain(n) for given in given_by_client(route, project) for n in (given.name, given.alias)}
    if not asked.isdisjoint(SIZES | POSITIONS) or any(_SIZE.search(name) for name in asked):
        return True
    if route.facts is not None and any(plain(p.alias or p.name) in SIZES | POSITIONS for p in route.facts.parameters):
        return True
    if any(_PAGER.search(i.name) or i.name.endswith("Params") for i in route.dependency_tree):
        return True
    if _PAGED_ANSWER.search(route.response_model):
        return True
    functions = [route.endpoint] if route.endpoint is not None else []
    functions += [i.function for i in route.dependency_tree if i.function is not None]
    return any(b"query_params" in bytes(function.facts.body) for function in functions)


def takes_page(route: Route, project: Project) -> bool:
    """Whether a client says both how many items it wants and where they start: what it gets is part of a longer list."""
    asked = {plain(n) for given in given_by_client(route, project) for n in (given.name, given.alias)}
    return not (asked.isdisjoint(SIZES) or asked.isdisjoint(POSITIONS))


def asks_by_id(route: Route) -> bool:
    """Whether a parameter lists the ids of the rows to be returned."""
    for given in route.inputs:
        words = [node.last.lower() for node in syntax.walk(given.declared.expr) if isinstance(node, syntax.Ref)]
        # ids, user_ids, and ids[] as jQuery and PHP write it.
        named = plain(given.alias).removesuffix("[]").endswith("ids")
        if named and ("list" in words or "set" in words) and given.default is not None:
            return True
    return False


def carries(names: tuple[str, ...], name: str) -> bool:
    """Whether the part called ``name`` of an answer with these parts is its list; the parts of a wrapper are."""
    word = plain(name)
    if not name or word in CONTENTS:
        return True
    return word not in COUNTERS and _uncounted(names) <= {word}


@lru_cache(maxsize=5_000)
def _uncounted(names: tuple[str, ...]) -> frozenset[str]:
    """What the parts that count nothing are called, in plain letters."""
    return frozenset(word for word in map(plain, names) if not _SUMMED_UP.search(word)) - COUNTERS


_LISTS = frozenset(
    {
        "builtins.list", "builtins.set", "builtins.tuple", "typing.List", "typing.Sequence", "typing.Iterable",
        "typing.Set",
        "typing.Tuple", "collections.abc.Sequence", "collections.abc.Iterable", "typing.Collection", "typing.Optional",
        "typing.Union", "collections.abc.Collection",
    }
)  # fmt: skip
_OPEN = frozenset({"typing.Any", "builtins.dict", "typing.Dict", "builtins.object", "typing.Mapping"})


def may_be_list(declared: Declared, project: Project) -> bool:
    """Whether an answer of this type can be a list or the wrapper of one, as far as the type tells."""
    inner = unwrapped(declared.expr, declared.code, project.names)
    head = inner.expr.value if isinstance(inner.expr, syntax.Subscript) else inner.expr
    if isinstance(inner.expr, syntax.Operation):
        return any(may_be_list(Declared(o, inner.code), project) for o in inner.expr.operands)
    found = project.names.resolve(inner.code, head.name) if isinstance(head, syntax.Ref) else None
    match found:
        case External(name=name):
            return name in _LISTS | _OPEN or not name.startswith(("builtins.", "uuid.", "datetime.", "decimal."))
        case Class():
            fields = [field for field in fields_of(found) if not field.name.startswith("_")]
            names = tuple(field.name for field in fields)
            if isinstance(inner.expr, syntax.Subscript):
                # A generic wrapper: a list of its own, or what it is a wrapper of.
                index = inner.expr.index
                given = index.values if isinstance(index, syntax.Items) else (index,)
                return any(carries(names, field.name) and _holds_list(field, project) for field in fields) or any(
                    may_be_list(Declared(one, inner.code), project) for one in given
                )
            return any(carries(names, field.name) and _is_list(field, project) for field in fields)
        case _:
            return declared.expr is not None


def _is_list(field: Input, project: Project) -> bool:
    expr = field.declared.expr
    open_ended = isinstance(expr, syntax.Ref) and expr.last.lower() in ("list", "any", "t")
    return open_ended or _holds_list(field, project)


def _holds_list(field: Input, project: Project) -> bool:
    for node in syntax.walk(field.declared.expr):
        if isinstance(node, syntax.Subscript) and isinstance(node.value, syntax.Ref):
            found = project.names.resolve(field.declared.code, node.value.name)
            if isinstance(found, External) and found.name in _LISTS - {"typing.Optional", "typing.Union"}:
                return True
    return False
