"""What the checks know about reusable parts."""
