"""What the checks know about FastAPI and Pydantic."""
