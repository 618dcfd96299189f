"""What the checks know about types and type checkers."""
