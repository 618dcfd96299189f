"""Password hashed too fast, or not at all

MD5 and the SHA family are built for speed: from a stolen table, one graphics card tries billions of passwords a second.
Without a salt, equal passwords show, and tables of known hashes open them at once. Passwords kept as they are need not
even that.

## Improve

Hash with Argon2, scrypt or bcrypt through a library that is kept up, such as `argon2-cffi` or `pwdlib`: it chooses the
salt, stores the parameters with the hash, and can raise them later. Rehash old passwords at the next login.

## When not to apply

Random tokens and API keys need no slow hash: nobody can guess them. A fast digest in front of bcrypt, to get around its
72 bytes, is fine.

## Read

- [FastAPI: hash the passwords](https://fastapi.tiangolo.com/tutorial/security/oauth2-jwt/#password-hashing)
- [OWASP: password storage](https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html)

```python bad
import hashlib


def hash_password(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()  # finding
```

```python fixed
from argon2 import PasswordHasher

hasher = PasswordHasher()


def hash_password(password: str) -> str:
    return hasher.hash(password)
```

With a function made for passwords, and without what makes it one:

```python bad
import hashlib

import bcrypt

PEPPER = b"orders"
ROUNDS = 1_000


def hash_password(password: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS)  # finding


def hash_pin(password: str) -> bytes:
    return hashlib.scrypt(password.encode(), salt=PEPPER, n=16_384, r=8, p=1)  # finding


def hash_password_fast(password: str) -> bytes:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4))  # finding
```

```python good
import hashlib
import os

import bcrypt
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ROUNDS = 600_000


def hash_password(password: str) -> bytes:
    salt = os.urandom(16)
    return salt + hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS)


def hashed(password: str, rounds: int) -> bytes:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds))


def sealed(password: str, text: bytes) -> bytes:
    return AESGCM(hashlib.sha256(password.encode()).digest()).encrypt(os.urandom(12), text, None)


def encryption_key(master: str) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", master.encode(), b"orders", 10_000)
```

Kept and compared as it is:

```python bad
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    password: Mapped[str]


def login(session: Session, user: User, password: str) -> bool:
    return user.password == password  # finding
```

```python not-applicable
import hashlib


def etag(body: bytes) -> str:
    return hashlib.md5(body).hexdigest()


def find_key(api_key: str) -> str:
    return hashlib.sha256(api_key.encode()).hexdigest()
```
"""

from collections.abc import Iterator

from fastreview.api import (
    CallSite,
    Code,
    External,
    Found,
    Hit,
    Instance,
    Met,
    NotApplicable,
    Place,
    Project,
    Severity,
    check,
    syntax,
)
from fastreview_checks.knowledge.security.password_strength import (
    is_about_passwords,
    makes_key,
    names_password,
    saved_on,
)
from fastreview_checks.knowledge.security.passwords import (
    CALLED,
    FAST,
    MANAGERS,
    PASSWORD,
    STRONG,
    WEAK_SCHEMES,
)

_CALLED = frozenset(CALLED)
_ADVICE = "Hash passwords with Argon2, scrypt or bcrypt through a library."


@check("SEC006", dimension="security", level=1, never=True, effort="hours")
def weak_password_hash(project: Project) -> Found:
    tables = {id(table.cls) for table in project.tables}
    strong: CallSite | None = None
    weak = False
    for code in project.calling(*CALLED):
        hashes, fast = _hashing(code, project)
        strong = strong or next(iter(hashes), None)
        for site, what in fast if not hashes else ():
            weak = True
            text = f"`{what}` hashes the password: it is built for speed, and so are those who guess. {_ADVICE}"
            yield Hit(site.place, text, symbol=code.qualname)
        for site in hashes:
            scheme = _weak_scheme(site)
            if scheme:
                weak = True
                yield Hit(site.place, f"The scheme `{scheme}` is no protection for passwords. {_ADVICE}", symbol=scheme)
            if saved := saved_on(site, project):
                weak = True
                yield Hit(site.place, f"{saved} {_ADVICE}", symbol=code.qualname, severity=Severity.MAJOR)
    columns = {name for table in project.tables for name in table.cls.fields if PASSWORD.match(name)}
    for code in project.mentions(*sorted(columns)):
        for place, text in _compared(code, project, tables):
            weak = True
            yield Hit(place, f"{text} {_ADVICE}", symbol=code.qualname)
    if strong is not None:
        yield Met(strong.place, "Passwords are hashed with a function made for them.")
        return
    users = next((cls for module in project.service_modules for cls in module.classes if cls.inherits(*MANAGERS)), None)
    if users is not None:
        yield Met(users.place, "Passwords are hashed by the library that manages the users.")
    elif not weak:
        raise NotApplicable("no passwords are hashed or compared")


def _hashing(code: Code, project: Project) -> tuple[list[CallSite], list[tuple[CallSite, str]]]:
    """Calls of password hashes, and of fast ones on what is called a password."""
    strong: list[CallSite] = []
    fast: list[tuple[CallSite, str]] = []
    about = is_about_passwords(code)
    for site, name in zip(code.calls, code.methods, strict=True):
        target = project.values.target(site) if name in _CALLED else None
        if not isinstance(target, External):
            continue
        if target.name.startswith(STRONG):
            strong.append(site)
        elif target.name in FAST and not makes_key(code) and (about or any(names_password(a) for a in site.call.args)):
            fast.append((site, target.name))
    return strong, fast


def _weak_scheme(site: CallSite) -> str:
    """The first scheme of a ``CryptContext``, which new passwords get, where it is a weak one."""
    schemes = site.call.argument(0, "schemes") if site.call.method == "CryptContext" else None
    first = next(iter(schemes.values), None) if isinstance(schemes, syntax.Items) else None
    return first if isinstance(first, str) and WEAK_SCHEMES.match(first) else ""


def _compared(code: Code, project: Project, tables: set[int]) -> Iterator[tuple[Place, str]]:
    """A column of a table called password, compared with what came in."""
    for stmt in code.statements:
        for expr in syntax.expressions(stmt):
            for node in syntax.walk(expr):
                match node:
                    case syntax.Operation(op="==" | "!=", operands=(syntax.Ref() as left, syntax.Ref() as right)):
                        for one, other in ((left, right), (right, left)):
                            owner, _, attribute = one.name.rpartition(".")
                            value = project.values.of(syntax.Ref(owner), code) if owner else None
                            of = value.of if isinstance(value, Instance) else value
                            if PASSWORD.match(attribute) and id(of) in tables and PASSWORD.match(other.last):
                                line = getattr(stmt, "line", 0)
                                yield Place(code.module.path, line), f"`{one.name}` is compared as plain text."
                                break
