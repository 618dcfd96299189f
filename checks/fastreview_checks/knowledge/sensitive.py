"""Names of fields that no client may see, and what makes them harmless.

Sources: OWASP API Security Top 10 (API3:2023, broken object property level authorization) and CWE-200.
"""

import re

PASSWORDS = re.compile(
    r"^(?:(?:hashed|encrypted|plain|raw|user|login|account|db|database|smtp|root|admin)_?)?(?:password|passwd|pwd|passphrase)"
    r"(?:_?(?:hash|hashed|digest|salt|encrypted|plain))?$|^(?:password|pwd|pass)_?(?:hash|salt|digest)$|^hash(?:ed)?_?pass$"
    r"|^pin_?hash$"
)
"""The caller's own or somebody else's password, or what it is checked against."""

SECRETS = re.compile(
    r"^(?:totp|otp|mfa|two_factor|2fa)_?(?:secret|seed)$|^(?:reset|verification|activation|confirmation|password_reset|"
    r"email_verification|recovery)_?token$|^(?:recovery|backup)_codes$|^hashed_(?:token|key|secret|api_key)$"
    r"|^(?:token|key|secret|api_key)_hash$"
)
"""What lets the holder act as another user."""

SERVICE_SECRETS = re.compile(r"^private_key$|^signing_(?:key|secret)$|^jwt_secret$|^secret_key$|^secret_access_key$")
"""Credentials of services. An administrator's page may show them on purpose: the code alone does not tell."""

_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")

ISSUING = re.compile(
    r"token|secret|credential|key|mfa|otp|two.?factor|2fa|login|signin|sign-in|auth|register|signup|reset|verif|activat|recover"
    r"|webhook|certificat",
    re.IGNORECASE,
)
"""In the path or the name of a route whose purpose is to hand such a thing out."""

MASKED = frozenset({"pydantic.SecretStr", "pydantic.SecretBytes", "builtins.bool", "builtins.int", "datetime.datetime"})
"""Types whose values do not show: masked when written, or facts about the secret (``has_password: bool``)."""


def snake(name: str) -> str:
    """``hashedPassword`` and ``hashed_password`` alike."""
    return name.lower() if "_" in name else "_".join(_WORDS.findall(name)).lower()


def is_password(name: str) -> bool:
    return PASSWORDS.match(snake(name)) is not None


def is_service_secret(name: str) -> bool:
    return SERVICE_SECRETS.match(snake(name)) is not None


def is_secret(name: str) -> bool:
    return SECRETS.match(snake(name)) is not None
