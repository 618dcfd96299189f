"""Classes of FastAPI and Starlette that services derive reusable parts from.

Source: FastAPI's reference.
"""

import re

# Classes of dependencies that are about requests, not about one business: paging, permissions, limits.
SHARED_PARAMETERS = re.compile(
    r"(?:pag(?:e|inat)|filter|sort|param|auth(?!or\b|or[A-Z_])|permission|role|requir|checker|guard|access|limit|idempoten)(?!.*(?:repo|crud"
    r"|dao|service|manager|store|gateway)(?:sitory)?$)|control$",
    re.IGNORECASE,
)

COMPONENT_BASES = {
    "fastapi.APIRoute": "a route class",
    "fastapi.APIRouter": "a router class",
    "fastapi.FastAPI": "an application class",
    "fastapi.security.HTTPBearer": "a security scheme",
    "fastapi.security.HTTPBasic": "a security scheme",
    "fastapi.security.OAuth2": "a security scheme",
    "fastapi.security.OAuth2PasswordBearer": "a security scheme",
    "fastapi.security.base.SecurityBase": "a security scheme",
    "fastapi.security.APIKeyHeader": "a security scheme",
    "fastapi.security.APIKeyCookie": "a security scheme",
    "starlette.middleware.base.BaseHTTPMiddleware": "middleware",
    "fastapi.middleware.base.BaseHTTPMiddleware": "middleware",
}
