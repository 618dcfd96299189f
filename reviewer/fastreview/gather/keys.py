"""An RSA key pair of nobody's, for imports that read one: written in PEM from its two primes."""

import base64

# Published here, so no secret: the key that is made of them protects nothing.
_P = int(
    "e85e4fad1030bf34b101897950c0cd7b83347bea9674d6d3f03d9a5a839bab2c"
    "f8e9f53b1015ab9c4bfc35d39ce7b41de42713edd09dfc62321b3082f02eae70"
    "78564404805755b205563e691486e2695b2693e148b9055f8d89a8e07e80f0a8"
    "1ca91385586a9888d23139b33cceca080711f631f91d31a56205ae98786d23d7",
    16,
)
_Q = int(
    "c30b61b64764c71ecc59e73e75f153d941766a90bf74e0e5e6ddba4d9d19081f"
    "06179a2508fb89f1cb3e268240d147a499dd730a4aac49b3275cd997027b4e8b"
    "deaff28fd643792583d684c4bb012baef13987f13b7fd2ce5c9af188dee7b80c"
    "803232e0643abf72fcd6a4ab983db0a2e15a900c62799b15949ec3183be85ae3",
    16,
)
_E = 65537
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")
"""The algorithm's identifier, rsaEncryption without parameters (RFC 8017, A.1)."""
_INTEGER, _BITS, _OCTETS, _SEQUENCE = 0x02, 0x03, 0x04, 0x30
_SHORT = 0x80
"""Lengths below this one are written as one byte in DER."""


def private_pem() -> str:
    """PKCS #8, 2048 bits, not encrypted."""
    n, d = _P * _Q, pow(_E, -1, (_P - 1) * (_Q - 1))
    numbers = (0, n, _E, d, _P, _Q, d % (_P - 1), d % (_Q - 1), pow(_Q, -1, _P))
    key = _der(_SEQUENCE, b"".join(map(_integer, numbers)))
    return _pem("PRIVATE KEY", _der(_SEQUENCE, _integer(0) + _RSA + _der(_OCTETS, key)))


def public_pem() -> str:
    """SubjectPublicKeyInfo of the same key."""
    key = _der(_SEQUENCE, _integer(_P * _Q) + _integer(_E))
    return _pem("PUBLIC KEY", _der(_SEQUENCE, _RSA + _der(_BITS, b"\0" + key)))


def _integer(number: int) -> bytes:
    return _der(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < _SHORT:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, _SHORT | size)) + length.to_bytes(size, "big") + content


def _pem(label: str, der: bytes) -> str:
    text = base64.b64encode(der).decode("ascii")
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"
