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

CLIENTS = frozenset(
    {
        "requests", "httpx", "aiohttp", "elasticsearch", "opensearchpy", "pymongo", "motor", "hvac", "azure", "aiosmtplib",
        "boto3", "curl_cffi", "niquests", "urllib3",
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
