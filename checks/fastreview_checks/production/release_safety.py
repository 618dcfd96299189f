"""Releases that reach everybody at once

A release that turns out bad has reached every user before anybody saw it, unless a part of the traffic tried it first. And
the way back is only open if the schema still suits the release before, and somebody wrote down how it is taken.

## Improve

Send a share of the traffic to the new release first (canary) or switch between two sets of instances (blue/green). Let
migrations expand in one release and contract in a later one. Write down how a release is rolled back.

## When not to apply

A tool that few people use may go down for a minute: waive it with that reason.

## Read

- [Canary deployments on Kubernetes](https://kubernetes.io/docs/concepts/workloads/management/#canary-deployments)
- [Argo Rollouts](https://argo-rollouts.readthedocs.io/en/stable/concepts/)
- [Parallel change](https://martinfowler.com/bliki/ParallelChange.html)

```yaml bad k8s/deployment.yaml
apiVersion: apps/v1
kind: Deployment  # finding
metadata: {name: shop}
spec:
  template:
    spec:
      containers: [{name: shop, image: "shop:1"}]
```

```yaml fixed k8s/rollout.yaml
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: shop}
spec:
  strategy:
    canary:
      steps: [{setWeight: 20}, {pause: {}}]
  template:
    spec:
      containers: [{name: shop, image: "shop:1"}]
```

```text fixed README.md
# Shop

## Roll back

    kubectl argo rollouts undo shop
```

The way back leads over the schema, too:

```text bad README.md
# Shop

Releases are canaries: one pod first. Roll back with `kubectl rollout undo deployment/shop`.
```

```yaml bad k8s/deployment.yaml
apiVersion: apps/v1
kind: Deployment  # finding
metadata: {name: shop}
spec:
  template:
    spec:
      containers: [{name: shop, image: "shop:1"}]
```

```ini bad alembic.ini
[alembic]
script_location = migrations
```

```python bad migrations/env.py
from alembic import context

context.configure(url="sqlite://")
```

```python bad migrations/versions/0001_orders.py
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.drop_table("orders")
```
"""

from fastreview.api import Found, Hit, Met, Project, Related, Rung, Side, check
from fastreview_checks.knowledge.production.operating import compatible, gradual, rollback
from fastreview_checks.knowledge.production.orchestration import WORKLOADS, aside


@check("PRD022", dimension="production", level=3, credit=2, needs=(Side.FILES,), effort="days")
def release_safety(project: Project) -> Found:
    migrated = any(m.revisions for m in project.facts.files.migrations)
    parts = [
        (gradual(project), "releases reach everybody at once", "releases are gradual"),
        (rollback(project), "nothing says how one is rolled back", "the way back is described"),
    ]
    if migrated:
        said = "nothing says that migrations suit the release before them"
        parts.insert(1, (compatible(project), said, "migrations suit the release before them"))
    missing = [what for place, what, _ in parts if place is None]
    found = [Related(place, what) for place, _, what in parts if place is not None]
    if not missing:
        yield Met(found[0].place, "Releases are gradual and can be taken back.", Rung.ENFORCED)
        return
    deployed = next((m.place for m in project.manifests if m.facts.kind in WORKLOADS and not aside(m.facts.path)), None)
    said = f"{', '.join(missing[:-1])} and {missing[-1]}" if len(missing) > 1 else missing[0]
    yield Hit(
        deployed or (found[0].place if found else project.place),
        f"A bad release is not contained: {said}. Roll out by canary or blue/green, keep migrations compatible with the "
        "release before, and write down the way back.",
        related=tuple(found),
    )
