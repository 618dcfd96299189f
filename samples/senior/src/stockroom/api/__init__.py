"""HTTP: routes, schemas, dependencies and the translation of errors."""
