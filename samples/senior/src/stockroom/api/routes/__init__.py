"""One router per part of the domain."""
