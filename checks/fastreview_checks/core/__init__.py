"""FastAPI and Pydantic at work: routes, contracts, models, dependencies."""
