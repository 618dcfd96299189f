"""How a project came to where it stands: earlier reviews on one scale, and the commits that nobody reviewed replayed."""
