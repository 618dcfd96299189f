"""Running the service: settings, logs, health, containers, pipelines, releases."""
