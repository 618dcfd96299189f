"""How the service is divided: layers, endpoints, imports, configuration, state."""
