"""Tests: what they exercise, what they would notice, who runs them."""
