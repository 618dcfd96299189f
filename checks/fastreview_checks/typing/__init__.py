"""Annotations and the type checker: what the code promises and who holds it to it."""
