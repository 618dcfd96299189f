"""What a function made for passwords is given that makes guessing cheap all the same."""

from fastreview.api import CallSite, Code, External, Function, Project, Variable, syntax
from fastreview_checks.knowledge.security.passwords import (
    CIPHERS,
    HASHES_PASSWORDS,
    LEAST,
    NOT_A_PASSWORD,
    PASSWORD,
    SALT,
)


def saved_on(site: CallSite, project: Project) -> str:
    """What is saved on in this call, as a sentence; "" where nothing is, or where it is no password that is hashed: keys for
    encryption are derived by the same functions."""
    target = project.values.target(site)
    name = target.name if isinstance(target, External) else ""
    if makes_key(site.code) or not (
        is_about_passwords(site.code) or any(names_password(given) for given in site.call.args)
    ):
        return ""
    if name in LEAST:
        position, argument, least = LEAST[name]
        rounds = _origin(site.call.argument(position, argument), site, project)
        if isinstance(rounds, int) and rounds < least:
            return f"`{argument}={rounds}` lets whoever has the hashes guess fast."
    if name in SALT:
        salt = _origin(site.call.argument(*SALT[name]), site, project)
        if isinstance(salt, syntax.Call) and salt.method == "encode":
            salt = salt.receiver
        if isinstance(salt, str) or salt == syntax.Opaque("bytes"):
            return "The salt is the same for all: equal passwords get equal hashes, and are guessed all at once."
    return ""


def is_about_passwords(code: Code) -> bool:
    """By its name: ``hash_password``."""
    if not isinstance(code, Function):
        return False
    return bool(HASHES_PASSWORDS.search(code.name)) and not NOT_A_PASSWORD.search(code.name)


def makes_key(code: Code) -> bool:
    """Whether a cipher is at hand for what is derived here."""
    return isinstance(code, Function) and not CIPHERS.isdisjoint(code.mentioned)


def names_password(expr: syntax.Expr) -> bool:
    """Whether something in ``expr`` is called a password."""
    return any(
        isinstance(node, syntax.Ref)
        and any(PASSWORD.match(part) for part in node.name.split("."))
        and not NOT_A_PASSWORD.search(node.name)
        for node in syntax.walk(expr)
    )


def _origin(expr: syntax.Expr | syntax.Missing, site: CallSite, project: Project) -> syntax.Expr | syntax.Missing:
    if not isinstance(expr, syntax.Ref):
        return expr
    named = project.names.resolve(site.code, expr.name)
    if isinstance(named, Variable) and len(named.bindings) == 1:
        return named.bindings[0].expr
    found = project.constants.origin(expr, site.code, None)
    return found[0] if found else expr
