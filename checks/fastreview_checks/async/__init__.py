"""The event loop: what blocks it, what outlives it, what starts and stops with it."""
