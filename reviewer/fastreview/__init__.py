"""fastreview: at what level a FastAPI codebase stands, with evidence, and the shortest way up."""

__version__ = "0.1.0"
