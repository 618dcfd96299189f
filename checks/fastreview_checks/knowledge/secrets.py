"""What a secret looks like: by its name, by its value, and what only looks like one.

Sources of the token formats: the issuers' documentation (GitHub, AWS, Google, Slack, Stripe, OpenAI, Anthropic, GitLab).
"""

import re
from enum import StrEnum
from functools import lru_cache


class Kind(StrEnum):
    """What a name promises. Any value of a signing key opens the service; other keys must look like the real thing."""

    SIGNING = "signing key"
    PASSWORD = "password"
    DATABASE = "password of a database or broker"
    KEY = "key"


_SIGNING = re.compile(
    r"(?:^|_)(?:secret_?key(?:_base)?|jwt_?(?:secret|key)(?:_?key)?|(?:session|token|auth|app|cookie|csrf|encryption|signing)"
    r"_?secret(?:_?key)?|(?:signing|encryption|fernet)_?key|pepper)$|^secret$|^private_?key$"
)
# The keys of accounts with others: a placeholder opens nothing there.
_VENDOR = re.compile(
    r"(?:^|_)(?:stripe|aws|s3|r2|minio|oss|cos|paypal|razorpay|google|azure|github|gitlab|cloudinary|twilio|recaptcha|captcha|slack"
    r"|turnstile|langfuse|sendgrid|mailgun|plaid|shopify|wechat|alipay|qiniu|tencent|aliyun|client|webhook)(?:_|$)"
)
_PASSWORD = re.compile(
    r"(?:^|_)(?:password|passwd|pwd|passphrase)\d?$"
    r"|(?:^|_)(?:db|database|postgres|pg|mysql|mongo|redis|rabbit(?:mq)?|smtp|e?mail|admin|root|superuser)_?pass$"
)
_KEY = re.compile(
    r"(?:^|_)(?:api_?key|api_?token|access_?key|secret_?access_?key|access_?token|auth_?token|bot_?token|client_?secret"
    r"|webhook_?secret|secret|token|private_?key|account_?key|sas_?token)$"
)
_STORE = re.compile(
    r"(?:^|_)(?:db|pgdb|database|postgres(?:ql)?|pg|mysql|maria(?:db)?|mssql|sql|oracle|mongo(?:db)?|redis|rabbit(?:mq)?|amqp|minio"
    r"|neo4j|clickhouse|elastic(?:search)?|opensearch|kafka|celery|broker|cache|rmq|s3|vespa)(?:_|$)"
)
_TELLING = re.compile("key|token|secret|pass|pwd|pepper")
_PUBLIC = re.compile(r"(?:^|_)(?:public|publishable|anon|dummy|fake|example|sample|test|mock|invalid|cert)(?:_|$)")

_PLACEHOLDER = re.compile(
    r"change.?(?:me|this|it|in)|your[-_ ]|^your|example|placeholder|<.*>|\[.*\]$|\.{3}|x{4,}|^x{3}$|\*{3,}|to.?do|dummy|fake|replace|insert"
    r"|fill.?(?:me|in)|not.?set|unset|undefined|redacted|enter.?|here$|^test|^foo|^bar|^none$|^null$|^nil$|^true$|^false$|^-+$"
    r"|^\s*$|update.?me|set.?me|super.?secret|some.?secret|my.?secret|secret.?key",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"\$\{|\$\(|^\$\w|\{\{|^%\(|^env[:.]|^vault:|^arn:|^projects/|^/run/secrets|^file:|^op://|^ENC\[|^sops:|^!\w+\s"
)
_TOKENS = re.compile(
    r"AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,}|glpat-[\w-]{20}|xox[abprs]-\w{8,}-[\w-]{10,}|AIza[\w-]{35}"
    r"|[sr]k_live_[A-Za-z0-9]{20,}|sk-(?:proj-|ant-api\d\d-)?[\w-]{32,}|SG\.[\w-]{22}\.[\w-]{43}"
    r"|-----BEGIN (?:RSA |EC |OPENSSH |PGP )?PRIVATE KEY(?: BLOCK)?-----"
)
_CREDENTIALS = re.compile(
    r"^[a-z][a-z0-9+.-]*://(?P<user>[^:/@\s]*):(?P<password>[^@/\s]+)@(?P<host>[^:/?\s]+)", re.IGNORECASE
)
_OWN_STORE = re.compile(
    r"^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|host\.docker\.internal|db|database|postgres\w*|mysql|mariadb|mongo\w*|redis|rabbitmq"
    r"|[a-z0-9_]+[-_](?:db|postgres|redis|mongo|mysql))$",
    re.IGNORECASE,
)
_NOT_RANDOM = re.compile(r"^[A-Za-z]+(?:[-_ .][A-Za-z]+)*$")
# What its issuer writes into web pages: PostHog's project keys, publishable keys of Stripe, public tokens of Mapbox.
_FOR_EVERYBODY = re.compile(r"^(?:phc_|pk_(?:live|test)_|pk\.ey)")
# What people type for a key: no generator counts.
_COUNTED = re.compile(r"123456|abcdef", re.IGNORECASE)
_PATTERN = re.compile(r"\[[^\]]+\][+*{?]|\(\?[:P<=!]|\\[dws][+*]")
LEAST_RANDOM = 16
LEAST_KINDS_OF_CHARACTERS = 8


@lru_cache(maxsize=20_000)
def kind_of(name: str, holder: str = "") -> Kind | None:
    """What a variable, setting or argument of this name holds, or None where it is no secret. ``holder`` is the class it
    stands in: the password of ``DatabaseSettings``."""
    if not is_telling(name):
        return None
    plain = _words(name)
    if _PUBLIC.search(plain):
        return None
    if _PASSWORD.search(plain):
        return Kind.DATABASE if _STORE.search(plain) or _STORE.search(_words(holder)) else Kind.PASSWORD
    if _SIGNING.search(plain):
        return Kind.KEY if _VENDOR.search(plain) else Kind.SIGNING
    return Kind.KEY if _KEY.search(plain) else None


def is_telling(name: str) -> bool:
    """Whether a name holds a word that all names of secrets do: others need not be taken apart."""
    return _TELLING.search(name.lower()) is not None


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).strip("_").lower()


def is_reference(value: str) -> bool:
    """``${DB_PASSWORD}``, a path below /run/secrets, an encrypted value: the secret itself is somewhere else."""
    return bool(_REFERENCE.search(value))


def is_placeholder(value: str) -> bool:
    """Text that asks to be replaced: ``changeme``, ``<your key>``, ``xxxx``."""
    return bool(_PLACEHOLDER.search(value)) or is_reference(value)


def is_token(value: str) -> bool:
    """A key in the form in which its issuer writes it, whatever its name."""
    return bool(_TOKENS.search(value)) and not re.search(r"example|x{6,}|\.\.\.", value, re.IGNORECASE)


def looks_random(value: str) -> bool:
    """Long, without spaces, of several kinds of characters: made by a generator, not by a person naming something or
    writing a regular expression, and not for everybody to see."""
    return (
        len(value) >= LEAST_RANDOM
        and not _FOR_EVERYBODY.match(value)
        and not _PATTERN.search(value)
        and not _COUNTED.search(value)
        and not any(c.isspace() for c in value)
        and not _NOT_RANDOM.match(value)
        and "://" not in value
        and any(c.isdigit() for c in value)
        and any(c.isalpha() for c in value)
        and len(set(value)) >= LEAST_KINDS_OF_CHARACTERS
    )


def is_identifier(name: str, value: str) -> bool:
    """``TOKEN = "token"``, ``RESET_PASSWORD = "user:reset"``: a key of a mapping, a form field or a permission;
    ``SECRET_KEY = "ACME_SIGNING_KEY"``: under which name it is stored."""
    if re.fullmatch(r"[a-z]+(?:[_:./-][a-z]+)+|[A-Z]+(?:_[A-Z]+){2,}", value):
        return True
    plain = re.sub(r"[^a-z0-9]", "", value.lower())
    return plain != "" and plain in re.sub(r"[^a-z0-9]", "", name.lower())


def credentials_in(url: str) -> tuple[str, bool] | None:
    """The password in a URL, and whether it is only that of a database beside the service; None without one."""
    match = _CREDENTIALS.match(url)
    if match is None or is_placeholder(match["password"]) or "{" in match["password"]:
        return None
    trivial = match["password"].lower() in {
        match["user"].lower(),
        "password",
        "postgres",
        "root",
        "admin",
        "guest",
        "secret",
    }
    return match["password"], bool(_OWN_STORE.match(match["host"])) or trivial
