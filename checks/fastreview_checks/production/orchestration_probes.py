"""Manifest without probes, resources or roll-out

An orchestrator that cannot ask the service sends requests to instances that are not ready and keeps those that hang. Without
resources one instance starves its neighbours, and a roll-out that stops all instances first is an outage with each release.

## Improve

Give the container a liveness and a readiness probe, requests and limits, and let instances be replaced step by step.
Compose has `healthcheck`, `deploy.resources` and `deploy.update_config` for it.

## When not to apply

Manifests of tests, examples and development machines are not judged, by their folder or name, nor is Compose where other
manifests run the service.

## Read

- [Configure probes](https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/)
- [Resource management](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/)
- [Compose Deploy Specification](https://docs.docker.com/reference/compose-file/deploy/)

```yaml bad k8s/shop.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  strategy: {type: Recreate}
  template:
    spec:
      containers:
        - name: shop  # finding
          image: shop:1
          livenessProbe: {httpGet: {path: /health/live, port: 8000}}
```

```yaml fixed k8s/shop.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  strategy: {type: RollingUpdate}
  template:
    spec:
      containers:
        - name: shop
          image: shop:1
          livenessProbe: {httpGet: {path: /health/live, port: 8000}}
          readinessProbe: {httpGet: {path: /health/ready, port: 8000}}
          resources: {requests: {cpu: 100m}, limits: {memory: 256Mi}}
```

Compose is judged where nothing else runs the service:

```yaml bad compose.yaml
services:
  api:
    build: .  # finding
    command: uvicorn app.main:app
  db:
    image: postgres:17
```

```yaml good compose.yaml
services:
  api:
    build: .
    command: uvicorn app.main:app
    healthcheck: {test: [CMD, curl, "http://127.0.0.1:8000/health"]}
    deploy:
      resources: {limits: {memory: 256M}}
      update_config: {order: start-first}
```

```yaml not-applicable compose.dev.yaml
services:
  api:
    build: .
    command: uvicorn app.main:app --reload
```

So is a ready image that the file for development builds, whatever its command begins with:

```yaml bad docker-compose.yml
services:
  api:
    image: registry.example.org/shop  # finding
    command: bash -c "alembic upgrade head && supervisord -n"
    ports: ["80:8000"]
```

```yaml bad docker-compose.override.yml
services:
  api:
    build: .
```

```text bad Dockerfile
FROM python:3.13-slim
COPY . /app
```
"""

from fastreview.api import Found, Hit, Manifest, Met, NotApplicable, Place, Project, Rung, Side, check
from fastreview_checks.knowledge.production.orchestration import WORKLOADS, aside, lacking, serving_containers


@check("PRD012", dimension="production", level=3, credit=3, each=Manifest, needs=(Side.FILES,), effort="hours")
def orchestration_probes(manifest: Manifest, project: Project) -> Found:
    facts = manifest.facts
    if facts.kind != "Compose" and facts.kind not in WORKLOADS:
        raise NotApplicable("the manifest runs nothing that answers requests")
    if aside(facts.path):
        raise NotApplicable("the manifest is for development, tests or documentation")
    serving = serving_containers(facts, project)
    if not serving:
        raise NotApplicable("no container of it is the service")
    if facts.kind == "Compose" and any(
        m.facts.kind in WORKLOADS and not aside(m.facts.path) and serving_containers(m.facts, project)
        for m in project.manifests
    ):
        raise NotApplicable("other manifests run the service in production")
    sound = True
    for container in serving:
        missing = list(lacking(facts, container, project))
        if missing:
            sound = False
            said = f"{', '.join(missing[:-1])} and {missing[-1]}" if len(missing) > 1 else missing[0]
            name = f"`{container.name}`" if container.name else "This container"
            yield Hit(
                Place(facts.path, container.line or facts.line),
                f"{name} has {said}, so a release or a hanging instance reaches users. Add it to the manifest.",
                symbol=container.name,
            )
    if sound:
        yield Met(manifest.place, "Probes, resources and a gradual roll-out are declared.", Rung.ENFORCED)
