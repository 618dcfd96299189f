"""Who may do what, and what must not leak or get in."""
