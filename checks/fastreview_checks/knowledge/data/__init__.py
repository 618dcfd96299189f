"""What the checks know about databases and migrations."""
