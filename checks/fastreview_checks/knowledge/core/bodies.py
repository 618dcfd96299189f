"""Which inputs of a route come from the body of the request.

Source: FastAPI's documentation, "Request Body": what is a model, or is marked as body or form.
"""

from fastreview.api import SCHEMA_BASES, Class, Declared, External, Input, Route, classes_in, syntax

_BODY = frozenset({"fastapi.Body", "fastapi.Form", "fastapi.File"})
_ELSEWHERE = frozenset(
    {"fastapi.Query", "fastapi.Path", "fastapi.Header", "fastapi.Cookie", "fastapi.Depends", "fastapi.Security"}
)
_FILES = frozenset({"fastapi.UploadFile", "fastapi.datastructures.UploadFile"})
_MARKERS = frozenset(name.rpartition(".")[2] for name in _BODY | _ELSEWHERE)


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
    names = given.declared.code.module.project.names
    for marker in given.declared.markers:
        if marker.method in _MARKERS and marker.name:
            found = names.resolve(given.declared.code, marker.name)
            if isinstance(found, External) and found.name in _BODY | _ELSEWHERE:
                return found.name
            if found is None or not isinstance(found, External):
                # Beside an alias in another module: its own name says enough.
                return f"fastapi.{marker.method}"
    return ""


def is_upload(declared: Declared) -> bool:
    """Whether a type is an uploaded file, or several."""
    return any(
        isinstance(found := declared.code.module.project.names.resolve(declared.code, node.name), External)
        and found.name in _FILES
        for node in syntax.walk(declared.expr)
        if type(node) is syntax.Ref
    )


def _schemas(declared: Declared) -> list[Class]:
    names = declared.code.module.project.names
    return [cls for cls in classes_in(declared.expr, declared.code, names) if cls.ancestry.external & SCHEMA_BASES]
