"""Manifests that run the service, and what of a safe roll-out they hold.

Sources: the references of Kubernetes (probes, resources, Deployment strategies), Argo Rollouts, Knative, the Compose
Specification, Nomad, Fly and Render. Deployments and StatefulSets roll by default, so do Fly, Render and Nomad.
"""

import posixpath
import re
from collections.abc import Iterator

from fastreview.api import Project, file_facts
from fastreview_checks.knowledge.containers import ASIDE_NAME, instructions, lineage
from fastreview_checks.knowledge.production.serving import SERVER

WORKLOADS = frozenset(
    {"Deployment", "StatefulSet", "DaemonSet", "Rollout", "DeploymentConfig", "Service", "Nomad", "Fly", "Render"}
)
_ASIDE_FOLDERS = re.compile(
    r"(?:^|/)(?:tests?|testing|examples?|samples?|docs?|mkdocs|snippets|e2e|integration_tests?|\.devcontainer|devcontainer|dev|local"
    r"|[\w-]*-tests?|load[_-]?test(?:ing|s)?|bench(?:mark(?:s|ing)?)?|frontend|web|monitoring)/"
)
_ASIDE_NAME = re.compile(rf"{ASIDE_NAME.pattern}|(?:^|[._-])override(?:[._-]|$)", re.IGNORECASE)
_WORKER = re.compile(
    r"\b(?:celery\w*|flower|arq|dramatiq|rq|huey|taskiq|\w*beat|\w*worker|scheduler|consumer|alembic|migrat\w+|prestart|pre[-_]?start|seed"
    r"|pytest|test|backup|cron|init|jupyter|streamlit)\b",
    re.IGNORECASE,
)
_SHELL_ONLY = re.compile(r"^(?:/\S*/)?(?:bash|sh|zsh)$|^(?:sleep|tail)\b")
"""What keeps a container open for somebody who looks around in it."""
_STEPS = re.compile(r"&&|;|\n")
_BUILT = frozenset({"Compose", "Render"})
_ROLLS_BY_DEFAULT = frozenset(
    {"Deployment", "StatefulSet", "DaemonSet", "DeploymentConfig", "Nomad", "Fly", "Render", "Service"}
)
_CLUSTER = WORKLOADS - {"Nomad", "Fly", "Render"}
_OTHERS = re.compile(
    r"[/._-](?:postgres|postgis|pgvector|mysql|mariadb|redis|valkey|rabbitmq|mongo|nginx|traefik|caddy|haproxy|elasticsearch"
    r"|opensearch|minio|mailhog|mailpit|mailcatcher|adminer|pgadmin|grafana|prom|jaeger|zookeeper|kafka|keycloak|localstack|busybox"
    r"|memcached|clickhouse|vault|consul|qdrant|chroma|weaviate|ollama|node|otel|cp-|bitnami|alpine|ubuntu|debian|curl"
    r"|pgbouncer|locust|benchmark|frontend|\w*bot|tailscale)(?=$|[/._:@-]|\w*[:@])",
    re.IGNORECASE,
)


def aside(path: str) -> bool:
    """Manifests of tests, examples, documentation and development machines."""
    return bool(_ASIDE_FOLDERS.search(path.lower())) or bool(_ASIDE_NAME.search(path.rpartition("/")[2]))


def serving_containers(facts: file_facts.ManifestFacts, project: Project) -> tuple[file_facts.ManifestContainer, ...]:
    """The containers of a manifest that answer the service's requests."""
    if facts.kind not in _BUILT and _OTHERS.search(f"/{facts.path.rpartition('/')[2]}/{facts.name}"):
        return ()
    own = [c for c in facts.containers if not _OTHERS.search(f"/{c.image}") or SERVER.search(c.command)]
    if facts.kind in _BUILT:
        own = [c for c in own if SERVER.search(c.command) or _container_file(facts, c, project) is not None]
    served = [c for c in own if SERVER.search(c.command)]
    if served:
        return tuple(served)
    candidates = [c for c in own if not _works_aside(c)]
    reachable = [c for c in candidates if c.has_ports]
    if facts.kind in _CLUSTER and not reachable:
        return tuple(c for c in candidates if c.probes)[:1]
    # Without a command the image's own is run, which starts the service.
    return tuple(reachable or [c for c in candidates if not c.command] or candidates)


def _works_aside(container: file_facts.ManifestContainer) -> bool:
    """Whether it is a worker, a job, a shell or for development. Of several commands it is the last that keeps running, after migrations."""
    last = _STEPS.split(container.command.strip())[-1].strip(" \"'")
    name = container.name.replace("_", "-")
    return bool(_WORKER.search(f"{name} {last}") or _SHELL_ONLY.search(last) or ASIDE_NAME.search(name))


def lacking(
    facts: file_facts.ManifestFacts, container: file_facts.ManifestContainer, project: Project
) -> Iterator[str]:
    """What of a safe roll-out this container's manifest lacks, in words."""
    probes = {probe.kind for probe in container.probes}
    if facts.kind in _CLUSTER:
        if "liveness" not in probes:
            yield "no liveness probe"
        if "readiness" not in probes and not (facts.kind == "Service" and probes):
            yield "no readiness probe"
    elif not probes and not _checks_itself(facts, container, project):
        yield "no health check"
    if not container.has_resources and facts.kind not in ("Fly", "Render"):
        yield "no resources"
    strategy = facts.strategy.lower()
    if strategy in ("recreate", "immediate") or (not strategy and facts.kind not in _ROLLS_BY_DEFAULT):
        yield "no gradual roll-out"


def _checks_itself(facts: file_facts.ManifestFacts, container: file_facts.ManifestContainer, project: Project) -> bool:
    """Whether the image that Compose builds has a HEALTHCHECK."""
    image = _container_file(facts, container, project)
    if image is None:
        return False
    check = next(instructions(lineage(image), "HEALTHCHECK"), None)
    return check is not None and check.value.strip().upper() != "NONE"


def _container_file(
    manifest: file_facts.ManifestFacts, container: file_facts.ManifestContainer, project: Project
) -> file_facts.ContainerFacts | None:
    """The container file with Python that a Compose file builds: by its name, else one in or below the context. Compose puts
    services of one name together, from several files, and takes paths from the first one."""
    ready = bool(container.image) and not container.build and manifest.kind == "Compose"
    built = _built_to_develop(container.name, project) if ready else container
    if built is None or not built.build:
        return None
    here = project.facts.scope.folder
    folder = posixpath.normpath(posixpath.join(here, posixpath.dirname(manifest.path), built.build))
    found = {posixpath.normpath(posixpath.join(here, c.facts.path)): c.facts for c in project.container_files}
    found = {path: facts for path, facts in found.items() if facts.python and facts.stages}
    if built.container_file:
        return found.get(posixpath.normpath(posixpath.join(folder, built.container_file)))
    exact = [facts for path, facts in found.items() if (posixpath.dirname(path) or ".") == folder]
    below = [facts for path, facts in found.items() if folder == "." or path.startswith(f"{folder}/")]
    return next(iter((*exact, *below)), None)


def _built_to_develop(name: str, project: Project) -> file_facts.ManifestContainer | None:
    """The service of this name in a Compose file for development, which builds what others take as a ready image."""
    others = (m for m in project.facts.files.manifests if m.kind == "Compose" and aside(m.path))
    return next((c for m in others for c in m.containers if c.name == name and c.build), None)
