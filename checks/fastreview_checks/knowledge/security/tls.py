"""How clients are told not to verify certificates. Source: the documentation of each client."""

# Keyword and the value that turns verification off.
UNVERIFIED_OPTIONS: dict[str, bool] = {
    "verify": False,  # requests, httpx
    "ssl": False,  # aiohttp
    "verify_ssl": False,  # aiohttp before 3, hvac, kubernetes
    "verify_certs": False,  # elasticsearch, opensearch
    "tlsAllowInvalidCertificates": True,  # pymongo, motor
    "tlsInsecure": True,
    "connection_verify": False,  # azure
    "validate_certs": False,  # aiosmtplib
}

CERTIFICATE_DEMANDS = frozenset({"ssl_cert_reqs", "cert_reqs"})
"""Keywords of redis and urllib3 that say whether a certificate is asked for: None, "none" and `ssl.CERT_NONE` do not."""
ASKED_OF_NOBODY = frozenset({None, "none", "CERT_NONE"})

SWITCHES = {"OAUTHLIB_INSECURE_TRANSPORT": frozenset({"1", "true", "True"}), "PYTHONHTTPSVERIFY": frozenset({"0"})}
"""Variables of the environment that switch the protection off for the whole process, with the values that do. Sources: the
documentation of OAuthlib, PEP 493."""

CLIENTS = frozenset(
    {
        "requests", "httpx", "aiohttp", "elasticsearch", "opensearchpy", "pymongo", "motor", "hvac", "azure", "aiosmtplib",
        "boto3", "curl_cffi", "niquests", "urllib3", "redis", "valkey", "dramatiq", "celery", "kombu", "fastapi_cache", "limits",
    }
)  # fmt: skip

CONTEXTS = {
    "_create_unverified_context": "ssl._create_unverified_context",
    "_create_stdlib_context": "ssl._create_stdlib_context",
}
"""Functions whose contexts verify nothing, by their last name."""

UNVERIFIED_BY_DEFAULT: dict[str, tuple[str, int]] = {
    "smtplib.SMTP_SSL": ("context", 99),
    "smtplib.SMTP.starttls": ("context", 99),
    "imaplib.IMAP4_SSL": ("ssl_context", 99),
    "imaplib.IMAP4.starttls": ("ssl_context", 0),
    "poplib.POP3_SSL": ("context", 99),
    "ftplib.FTP_TLS": ("context", 99),
}
"""Calls of the standard library that verify no certificate unless they are given a context: the keyword, and its position where
it may have one. Source: Python's documentation on the security of `ssl`, and its `_create_stdlib_context`."""
