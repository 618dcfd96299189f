"""Libraries for tokens, passwords and logins: which are kept up, and which are not.

Sources: the projects' release histories and archive notices, the GitHub Advisory Database, FastAPI's security tutorial.
"""

# Name on the index: what is wrong with it, and what to take instead.
OUTDATED = {
    "python-jose": (
        "had no release from 2021 to 2025, with the vulnerabilities CVE-2024-33663 and CVE-2024-33664 open for a year",
        "PyJWT or joserfc",
    ),
    "passlib": (
        "had its last release in 2020: it does not work with bcrypt 5 and needs `crypt`, which Python 3.13 has no more",
        "pwdlib or argon2-cffi",
    ),
    "fastapi-jwt-auth": ("had its last release in 2020 and is tied to PyJWT 1 and Pydantic 1", "PyJWT"),
    "fastapi-cloudauth": (
        "had its last release in 2022 and builds on python-jose",
        "PyJWT with the provider's key set",
    ),
    "jose": ("had its last release in 2015", "PyJWT or joserfc"),
    "python-jwt": ("is archived, after CVE-2022-39227 let tokens be forged", "PyJWT or joserfc"),
    "pycrypto": ("had its last release in 2013, with CVE-2013-7459 and CVE-2018-6594 open", "cryptography"),
    "oauth2client": ("is archived", "google-auth"),
    "oauth2": ("had its last release in 2011", "Authlib"),
    "python-oauth2": ("had its last release in 2017", "Authlib"),
    "python-u2flib-server": ("is archived", "webauthn"),
    "crypt-r": ("only brings back `crypt`, which Python 3.13 dropped as insecure", "argon2-cffi"),
}

# Import name where it is not the name on the index with underscores.
IMPORTED_AS = {"python-jose": "jose", "jose": "jose", "pycrypto": "Crypto", "python-jwt": "python_jwt"}

MAINTAINED = frozenset(
    {
        "pyjwt", "joserfc", "jwcrypto", "authlib", "bcrypt", "argon2-cffi", "pwdlib", "libpass", "fastapi-users", "itsdangerous",
        "fastapi-sso", "fastapi-azure-auth", "msal", "firebase-admin", "google-auth", "python-keycloak", "webauthn", "pyotp",
        "authx", "fastapi-login", "scalekit-sdk-python", "workos", "clerk-backend-api", "auth0-fastapi-api", "casbin",
        "oauthlib", "httpx-oauth", "python3-saml", "pysaml2", "ldap3", "supertokens-python", "starsessions",
    }
)  # fmt: skip
