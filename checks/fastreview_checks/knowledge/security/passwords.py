"""Functions that hash, by whether they are made for passwords. Source: OWASP's password storage cheat sheet."""

import re

# Slow on purpose, salted, with parameters in the hash.
STRONG = (
    "bcrypt.", "argon2.", "passlib.context.CryptContext", "passlib.hash.", "pwdlib.", "hashlib.scrypt", "hashlib.pbkdf2_hmac",
    "werkzeug.security.generate_password_hash", "fastapi_users.password.", "django.contrib.auth.hashers.", "nacl.pwhash.",
    "cryptography.hazmat.primitives.kdf.", "flask_bcrypt.", "libpass.",
)  # fmt: skip

# What those libraries' functions, classes and methods are called: only calls of such names are looked at.
CALLED = (
    "hash", "verify", "hashpw", "checkpw", "gensalt", "kdf", "CryptContext", "PasswordHasher", "PasswordHash", "recommended",
    "scrypt", "pbkdf2_hmac", "generate_password_hash", "check_password_hash", "make_password", "check_password", "encrypt",
    "verify_and_update", "hash_password", "verify_password", "PasswordHelper", "Argon2Hasher", "BcryptHasher", "Bcrypt",
    "derive", "Scrypt", "PBKDF2HMAC", "Argon2id", "using", "str", "needs_update", "check_needs_rehash", "new", "md5", "sha1",
    "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s",
)  # fmt: skip

LEAST = {
    "hashlib.pbkdf2_hmac": (3, "iterations", 100_000),
    "bcrypt.gensalt": (0, "rounds", 10),
}
"""Position and name of the argument that says how much work a guess is, and the least that is any. Sources: OWASP asks for
600,000 iterations of PBKDF2 with SHA-256 and a work factor of 10 for bcrypt; some years ago 100,000 were what was asked for."""
SALT = {"hashlib.pbkdf2_hmac": (2, "salt"), "hashlib.scrypt": (-1, "salt")}

# Classes that hash passwords with such a function on their own.
MANAGERS = ("fastapi_users.BaseUserManager",)

# Fast on purpose: a graphics card tries billions of passwords a second.
FAST = frozenset(
    f"hashlib.{name}"
    for name in (
        "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512", "blake2b",
        "blake2s", "new",
    )
)  # fmt: skip

WEAK_SCHEMES = re.compile(
    r"^(?:plaintext|unix_disabled|hex_\w+|md5_crypt|apr_md5_crypt|ldap_(?:md5|sha1|plaintext|hex_\w+)|des_crypt|bsdi_crypt|lmhash"
    r"|nthash|mysql\d+|postgres_md5|django_(?:disabled|salted_md5|salted_sha1|des_crypt)|roundup_plaintext|crypt16)$"
)

PASSWORD = re.compile(r"^(?:[a-z]+_)*(?:password|passwd|pwd)(?:_?(?:bytes|str|plain|raw|in|\d))?$", re.IGNORECASE)
HASHES_PASSWORDS = re.compile(
    r"^_?(?:(?:get|make|create|generate|compute|verify|check|hash|encrypt|encode|compare)_)+(?:user_)?(?:password|passwd|pwd)"
    r"|^_?(?:password|pwd)_(?:hash|encrypt|verify)|^hashPassword$",
    re.IGNORECASE,
)
NOT_A_PASSWORD = re.compile(r"token|reset|api_?key|(?<!en)(?<!de)code|pwned|breach|cache", re.IGNORECASE)
CIPHERS = frozenset({"Fernet", "MultiFernet", "AESGCM", "AESCCM", "AES", "ChaCha20Poly1305", "Cipher", "SecretBox"})
"""Where one of them is used, what is hashed becomes a key."""
