"""What the checks know about running a service."""
