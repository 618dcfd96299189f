"""Which inputs of a route come from the body of the request.

Source: FastAPI's documentation, "Request Body": what is a model, or is marked as body or form.
"""

from functools import lru_cache

from fastreview.api import SCHEMA_BASES, Class, Declared, External, Input, Project, Route, classes_of, syntax

_BODY = frozenset({"fastapi.Body", "fastapi.Form", "fastapi.File"})
_ELSEWHERE = frozenset(
    {"fastapi.Query", "fastapi.Path", "fastapi.Header", "fastapi.Cookie", "fastapi.Depends", "fastapi.Security"}
)
_FILES = frozenset({"fastapi.UploadFile", "fastapi.datastructures.UploadFile"})
_PLACES = _BODY | _ELSEWHERE
_MARKERS = frozenset(name.rpartition(".")[2] for name in _PLACES)


@lru_cache(maxsize=1)
def schema_ids(project: Project) -> frozenset[int]:
    """The ids of the classes that are schemas."""
    return frozenset([id(schema.cls) for schema in project.schemas])


def body_inputs(route: Route) -> list[Input]:
    """Inputs that FastAPI reads from the body."""
    return [given for given in route.inputs if is_body(given)]


def is_body(given: Input) -> bool:
    """Whether ``given`` is read from the body."""
    marker = marker_of(given)
    if marker:
        return marker in _BODY
    return bool(_schemas(given.declared)) or is_upload(given.declared)


def is_form(given: Input) -> bool:
    """Whether ``given`` is a form field or an uploaded file."""
    return marker_of(given) in ("fastapi.Form", "fastapi.File") or is_upload(given.declared)


def marker_of(given: Input) -> str:
    """The full name of the marker that says where an input comes from, or ""."""
    for marker in given.declared.markers:
        if marker.method in _MARKERS and marker.name:
            found = given.declared.code.module.project.names.resolve(given.declared.code, marker.name)
            if isinstance(found, External) and found.name in _PLACES:
                return found.name
            if found is None or not isinstance(found, External):
                # Beside an alias in another module: its own name says enough.
                return f"fastapi.{marker.method}"
    return ""


def is_upload(declared: Declared) -> bool:
    """Whether a type is an uploaded file, or several."""
    names = declared.code.module.project.names
    for node in syntax.walk(declared.expr):
        if type(node) is syntax.Ref:
            found = names.resolve(declared.code, node.name)
            if type(found) is External and found.name in _FILES:
                return True
    return False


def _schemas(declared: Declared) -> list[Class]:
    return [cls for cls in classes_of(declared) if not cls.ancestry.external.isdisjoint(SCHEMA_BASES)]
