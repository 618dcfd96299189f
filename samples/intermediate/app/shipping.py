"""Client of the parcel company."""

import httpx

from app.config import get_settings
from app.models import Order


def book_parcel(order: Order) -> str:
    """Book a parcel and return the tracking number."""
    settings = get_settings()
    with httpx.Client(base_url=settings.shipping_url, timeout=10) as client:
        response = client.post(
            "/v1/parcels",
            json={
                "reference": f"order-{order.id}",
                "recipient": order.customer.full_name or order.customer.email,
                "items": sum(line.quantity for line in order.lines),
            },
            headers={"X-Api-Key": settings.shipping_api_key},
        )
    response.raise_for_status()
    return response.json()["tracking_number"]
