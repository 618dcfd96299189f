"""What the checks know about tests."""
