"""Use cases: each method is one operation inside one unit of work."""
