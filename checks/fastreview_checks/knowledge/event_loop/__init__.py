"""What the checks know about the event loop and ASGI."""
