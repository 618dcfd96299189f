"""Clients of the services we depend on."""
