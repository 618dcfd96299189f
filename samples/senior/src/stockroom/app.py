"""Assembles the application from settings; opens nothing until the lifespan starts."""

from functools import partial

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from stockroom.api.errors import ErrorBoundary, install_error_handlers
from stockroom.api.openapi import openapi_document
from stockroom.api.routes import auth, movements, operations, orders, products, users
from stockroom.api.security_headers import SecurityHeadersMiddleware
from stockroom.lifespan import lifespan_of
from stockroom.observability.correlation import HEADER, CorrelationMiddleware
from stockroom.observability.metrics import Metrics
from stockroom.observability.timing import TimingMiddleware
from stockroom.settings import Settings

TAGS = [
    {"name": "auth", "description": "Sessions: login, exchange of refresh tokens, logout."},
    {"name": "users", "description": "Accounts and their roles."},
    {"name": "products", "description": "The catalogue."},
    {"name": "stock", "description": "What came in and went out."},
    {"name": "orders", "description": "From placing to shipping."},
]
MAX_BODY_BYTES = 64 * 1024


def create_app(settings: Settings) -> FastAPI:
    metrics = Metrics()
    app = FastAPI(
        title="Stockroom",
        version="1.0.0",
        summary="Orders and inventory.",
        description="Errors are problem details (RFC 9457). Lists are pages. Money is text.",
        openapi_tags=TAGS,
        servers=[{"url": settings.http.public_url}],
        openapi_url="/openapi.json" if settings.http.docs else None,
        docs_url="/docs" if settings.http.docs else None,
        redoc_url=None,
        generate_unique_id_function=operation_id,
        max_body_size=MAX_BODY_BYTES,
        lifespan=lifespan_of(settings, metrics),
        middleware=middleware(settings, metrics),
    )
    app.openapi = partial(openapi_document, app)  # type: ignore[method-assign] # FastAPI's own hook
    install_error_handlers(app)
    app.include_router(version_one())
    app.include_router(operations.router)
    return app


def version_one() -> APIRouter:
    api = APIRouter(prefix="/api/v1")
    for router in (auth.router, users.router, products.router, movements.router, orders.router):
        api.include_router(router)
    return api


def middleware(settings: Settings, metrics: Metrics) -> list[Middleware]:
    """Outermost first. CORS stands outside whatever may answer, so that browsers can read it."""
    return [
        Middleware(CorrelationMiddleware),
        Middleware(TimingMiddleware, metrics=metrics),
        Middleware(SecurityHeadersMiddleware, serves_pages=settings.http.docs),
        Middleware(
            CORSMiddleware,
            allow_origins=settings.http.cors_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", HEADER],
            expose_headers=[HEADER, "Location", "Retry-After"],
        ),
        Middleware(TrustedHostMiddleware, allowed_hosts=list(settings.http.allowed_hosts)),
        Middleware(ErrorBoundary),
    ]


def operation_id(route: APIRoute) -> str:
    """Function names make stable, readable names in generated clients."""
    return route.name
