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
