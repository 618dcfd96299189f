"""For operators: liveness, readiness, metrics. The ingress does not publish these paths."""

from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, HTTPException, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from stockroom.api.dependencies import DatabaseDep, MetricsDep
from stockroom.api.problems import problems

router = APIRouter(tags=["operations"], include_in_schema=False)


class Health(BaseModel):
    status: Literal["ok"] = "ok"


@router.get("/health/live")
async def live() -> Health:
    """The process answers. Says nothing of the database: a restart would not repair that."""
    return Health()


@router.get("/health/ready", responses=problems(HTTPStatus.SERVICE_UNAVAILABLE))
async def ready(database: DatabaseDep) -> Health:
    """The service can work: send requests here."""
    if not await database.answers():
        raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, "The database does not answer.")
    return Health()


@router.get("/metrics", response_class=Response)
async def metrics(metrics: MetricsDep) -> Response:
    """Metrics of this process, in the Prometheus text format."""
    return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)
