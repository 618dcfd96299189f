"""Comparisons that let a caller in: secrets by their names, and the function that takes the same time whatever fits.

Source: Python's documentation of `hmac.compare_digest`, CWE-208.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import Class, Code, External, Function, Instance, Place, Project, Value, Variable, syntax
from fastreview_checks.knowledge.programs import PROGRAM_PATH

_SECRET = re.compile(
    r"(?:^|_)(?:api_?key|secret(?:_?key)?|(?:access|auth|admin|bearer|service|internal|webhook|verify|verification|shared|system|master)_?"
    r"(?:token|key|secret)|signature|hmac|digest|password|token)(?:_value)?$",
    re.IGNORECASE,
)
_NOT_SECRET = re.compile(
    r"type|public|csrf|next_|page_|cursor|file_?hash|content_?digest|image_?digest|hash_?algo|url|name|path",
    re.IGNORECASE,
)
_DECIDING = re.compile(r"verify|signed|valid|auth|check|compare|webhook|signature|guard|protect|require", re.IGNORECASE)
_NAMES = (
    "api_key", "API_KEY", "secret_key", "SECRET_KEY", "expected_signature", "hexdigest", "auth_token", "admin_token",
    "webhook_secret", "shared_secret", "API_TOKEN", "x_api_key", "EXPECTED_API_KEY", "ADMIN_TOKEN", "AUTH_TOKEN",
    "WEBHOOK_SECRET", "INTERNAL_API_KEY", "SECRET", "TOKEN", "get_secret_value",
)  # fmt: skip


class Comparison(NamedTuple):
    place: Place
    code: Code
    secret: str


def unsafe_comparisons(project: Project) -> Iterator[Comparison]:
    """A secret of the service, or a signature it computed, compared with what came in by ``==``."""
    for code in project.mentions(*_mentioned(project)):
        if not isinstance(code, Function) or PROGRAM_PATH.search(code.module.path):
            continue
        for stmt in code.statements:
            for expr in syntax.expressions(stmt):
                for node in syntax.walk(expr):
                    if type(node) is syntax.Operation and node.op in ("==", "!=") and len(node.operands) == 2:
                        secret = _compared(node.operands, code, project)
                        if secret and _decides(code, project):
                            yield Comparison(Place(code.module.path, stmt.line), code, secret)


def _decides(function: Function, project: Project) -> bool:
    """Whether it lets callers in or turns them away."""
    return bool(_DECIDING.search(function.name)) or project.security.rejects(function)


def _mentioned(project: Project) -> tuple[str, ...]:
    """Names under which services hold secrets: the usual ones, and those of its settings."""
    classes = (cls for model in project.settings for cls in model.cls.ancestry.project)
    fields = {field for cls in classes for field in cls.fields if _SECRET.search(field)}
    return tuple(sorted(fields.union(_NAMES)))


def _compared(operands: tuple[syntax.Expr, ...], code: Function, project: Project) -> str:
    for own, other in (operands, operands[::-1]):
        name = _own_secret(own, code, project)
        if name and _comes_in(other, code, project):
            return name
    return ""


def _own_secret(expr: syntax.Expr, code: Function, project: Project) -> str:
    """The name of a secret that the service holds: a setting, a constant, a signature that it computes."""
    match expr:
        case syntax.Call() if expr.method == "hexdigest" or (expr.method == "digest" and not expr.args):
            return "the computed signature" if _is_keyed(expr, code, project) else ""
        case syntax.Call(func=syntax.Ref(name=name)) if expr.method == "get_secret_value":
            holder = name.removesuffix(".get_secret_value").rpartition(".")[2]
            return holder if _SECRET.search(holder) and not _NOT_SECRET.search(holder) else ""
        case syntax.Ref(name=name) if name in code.bindings and _is_signature(name, code, project):
            return name
        case syntax.Ref(name=name) if _SECRET.search(expr.last) and not _NOT_SECRET.search(expr.last):
            if "." in name:
                owner = project.values.of(syntax.Ref(name.rpartition(".")[0]), code)
                return name if _is_settings(owner, name) else ""
            if name.isupper() and isinstance(project.names.resolve(code, name), Variable):
                return name
            bindings = code.bindings.get(name, ())
            return name if any(_reads_secret(b.expr, code, project) for b in bindings if b.kind == "assign") else ""
    return ""


def _is_signature(name: str, code: Function, project: Project) -> bool:
    """Whether a variable holds a digest that is made here."""
    return any(
        isinstance(node, syntax.Call) and node.method == "hexdigest" and _is_keyed(node, code, project)
        for binding in code.bindings[name]
        if binding.kind == "assign"
        for node in syntax.walk(binding.expr)
    )


def _reads_secret(expr: syntax.Expr, code: Function, project: Project) -> bool:
    match expr:
        case syntax.Call():
            value = project.values.of(expr.func, code)
            if isinstance(value, External) and value.name in ("os.getenv", "os.environ.get"):
                return True
            return bool(_own_secret(expr, code, project))
        case syntax.Operation(op="+", operands=operands):
            return any(_reads_secret(o, code, project) for o in operands)
        case syntax.Text(parts=parts):
            return any(not isinstance(p, str) and _reads_secret(p, code, project) for p in parts)
        case syntax.Ref():
            return bool(_own_secret(expr, code, project)) and expr.name not in code.bindings
        case syntax.Subscript(value=syntax.Ref(name="os.environ")):
            return True
    return False


def _is_keyed(call: syntax.Call, code: Function, project: Project) -> bool:
    """Whether a digest is made with a key: that of a file proves nothing of who sent it."""
    return any(
        isinstance(node, syntax.Call)
        and isinstance(value := project.values.of(node.func, code), External)
        and value.name == "hmac.new"
        for node in syntax.walk(call)
    ) or any(site.call.name.endswith("hmac.new") for site in code.calls)


def _is_settings(owner: Value | None, name: str) -> bool:
    of = owner.of if isinstance(owner, Instance) else owner
    if isinstance(of, Class) and of.inherits("pydantic_settings.BaseSettings", "pydantic.BaseSettings"):
        return True
    return bool(re.match(r"(?:\w+\.)*(?:settings|config|conf)\.", name, re.IGNORECASE))


def _comes_in(expr: syntax.Expr, code: Function, project: Project) -> bool:
    """A parameter, a header or what is taken from them; a column is compared by the database."""
    for node in syntax.walk(expr):
        if isinstance(node, syntax.Ref):
            root = node.root
            if root == code.receiver:
                return False
            if root in code.parameters or root in code.bindings:
                return True
    return False
