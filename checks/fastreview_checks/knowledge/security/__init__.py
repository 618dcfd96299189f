"""What the checks know about who may do what."""
