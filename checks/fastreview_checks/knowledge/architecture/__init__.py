"""What the checks know about how services are cut."""
