"""Names of the parameters that page a list, and of the parts of an answer that hold one.

Sources: fastapi-pagination, Google's AIP-158, JSON:API and GitHub's REST API; lower case, underscores left out.
"""

import re

from fastreview.api import Input, Project, Route, classes_in, fields_of

SIZES = frozenset(
    {
        "limit", "pagesize", "perpage", "size", "itemsperpage", "pagelimit", "maxresults", "rowsperpage", "recordsperpage",
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
        "total", "count", "page", "size", "pages", "limit", "offset", "skip", "pagesize", "perpage", "message", "msg", "code",
        "status", "success", "next", "previous", "prev", "hasmore", "totalcount", "statuscode", "detail", "error", "ok",
        "totalpages", "responsecode", "timestamp", "request", "requestid", "meta", "headers", "mediatype",
    }
)  # fmt: skip
CONTENTS = frozenset({"data", "items", "results", "result", "records", "rows", "list", "content", "objects"})

_PAGER = re.compile(r"pagin|(?:^|_)page(?:$|_)|cursor", re.IGNORECASE)
_PAGED_ANSWER = re.compile(r"pagin|(?:^|[a-z_])Page(?:$|[A-Z\[_])|^Page|Cursor")


def plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def sizes(route: Route, project: Project) -> tuple[Input, ...]:
    """The parameters that say how many items a page has."""
    return tuple(given for given in given_by_client(route, project) if plain(given.alias) in SIZES or plain(given.name) in SIZES)


def given_by_client(route: Route, project: Project) -> tuple[Input, ...]:
    """Parameters of a route, those that a model stands for included."""
    found: list[Input] = []
    for given in route.inputs:
        found.append(given)
        for cls in classes_in(given.declared.expr, given.declared.code, project.names):
            found.extend(fields_of(cls))
    return tuple(found)


def is_paged(route: Route, project: Project) -> bool:
    """Whether a client can ask for a part of the list."""
    if any(plain(n) in SIZES | POSITIONS for given in given_by_client(route, project) for n in (given.name, given.alias)):
        return True
    if route.facts is not None and any(plain(p.alias or p.name) in SIZES | POSITIONS for p in route.facts.parameters):
        return True
    if any(_PAGER.search(i.name) or i.name.endswith("Params") for i in route.dependency_tree):
        return True
    if _PAGED_ANSWER.search(route.response_model):
        return True
    functions = [route.endpoint] if route.endpoint is not None else []
    functions += [i.function for i in route.dependency_tree if i.function is not None]
    return any(b"query_params" in bytes(function.raw_body) for function in functions)


def carries(names: tuple[str, ...], name: str) -> bool:
    """Whether the part called ``name`` of an answer with these parts is its list; the parts of a wrapper are."""
    plain_names = [plain(n) for n in names]
    if plain(name) in CONTENTS or not name:
        return True
    return plain(name) not in COUNTERS and all(n in COUNTERS or n == plain(name) for n in plain_names)


