"""Compose, Kubernetes, Helm templates and the small platforms' files: containers, probes, resources, roll-out."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from fastreview.facts.files import ManifestContainer, ManifestFacts, ProbeSetting
from fastreview.gather.files.helm import filled
from fastreview.gather.files.places import Place
from fastreview.gather.files.plain import items, line_of, table, text
from fastreview.gather.files.reading import Reader
from fastreview.gather.files.yaml_tree import EMPTY, Tree, YamlProblem, read_yaml

MAX_MANIFESTS = 500
MAX_YAML_FILES = 300
MAX_CONTAINERS = 200
MAX_KINDS = 200
MAX_TEMPLATE = 200_000
MAX_VALUES_FILES = 10

_COMPOSE = re.compile(r"(?:[\w.-]+[-_.])?compose(?:[-_.][\w.-]+)?\.ya?ml|(?:docker-)?stack\.ya?ml")
_FOLDERS = re.compile(
    r"k8s|kube|kubernetes|helm|charts?|manifests?|deploy\w*|infra\w*|ops|devops|argocd|gitops|overlays|kustomize|base|templates|flux"
)
_NAMES = re.compile(
    r".*(?:deploy|service|ingress|statefulset|k8s|kube|pod|job|hpa|kustomization|manifest|rollout|daemonset|configmap|secret).*\.ya?ml"
)
_VALUES = re.compile(r"values(?:[-_.][\w.-]+)?\.ya?ml")
_NOT = re.compile(
    r"values.*\.ya?ml|chart\.ya?ml|mkdocs\.ya?ml|openapi.*|.*-lock\.ya?ml|pnpm.*|\.pre-commit.*|dependabot.*"
)
_WORKLOADS = frozenset(
    [
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "ReplicaSet",
        "Job",
        "CronJob",
        "Pod",
        "Rollout",
        "DeploymentConfig",
        "Service",
    ]
)
_PROBES = {"livenessProbe": "liveness", "readinessProbe": "readiness", "startupProbe": "startup"}
_CONTROL = re.compile(r"^[ \t]*(?:-[ \t]*)?(?:(?:\{\{[^{}]*\}\}|\{%.{0,500}?%\})[ \t]*)+$", re.MULTILINE)
_INLINE = re.compile(r"\"?\{\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}\}\"?|\{%.{0,500}?%\}")
_COMMENT = re.compile(r"\{\{-?\s*/\*.{0,2000}?\*/\s*-?\}\}|\{#.{0,2000}?#\}", re.DOTALL)


def manifests(reader: Reader, candidates: Sequence[Place]) -> tuple[ManifestFacts, ...]:
    found: list[ManifestFacts] = []
    files = 0
    for place in candidates:
        if len(found) >= MAX_MANIFESTS:
            break
        if is_compose(place):
            found += _compose(reader, place)
        elif place.lower in ("fly.toml", "render.yaml") or re.match(r"fly\.[\w-]+\.toml", place.lower):
            found += _fly(reader, place) if place.lower.endswith("toml") else _render(reader, place)
        elif place.lower.endswith((".nomad", ".nomad.hcl")):
            found += _nomad(reader, place)
        elif _may_be_kubernetes(place) and files < MAX_YAML_FILES:
            files += 1
            found += _kubernetes(reader, place, _chart_values(reader, place, candidates))
    return tuple(found[:MAX_MANIFESTS])


def is_compose(place: Place) -> bool:
    """By its name, or in a folder called ``docker``: ``docker/prod.yml``, which COMPOSE_FILE puts on top of the others."""
    return bool(_COMPOSE.fullmatch(place.lower)) or (
        place.folders[-1:] == ("docker",) and place.lower.endswith((".yml", ".yaml"))
    )


def without_templates(content: str) -> str:
    """Go and Jinja templates made readable as YAML: lines of control removed, values replaced; line numbers stay."""
    if len(content) > MAX_TEMPLATE:
        return content
    content = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), content)
    content = _CONTROL.sub("", content)

    def value(found: re.Match[str]) -> str:
        return "templated" + "\n" * found[0].count("\n")

    return _INLINE.sub(value, content)


def _compose(reader: Reader, place: Place) -> Iterator[ManifestFacts]:
    for document in reader.yaml(place.path)[:1]:
        services = document.get("services")
        if services.kind != "map" or not any(one.kind == "map" for one in services.items.values()):
            continue
        strategy = ""
        members: list[ManifestContainer] = []
        for name, service in list(services.items.items())[:MAX_CONTAINERS]:
            update = service.get("deploy", "update_config")
            strategy = strategy or update.get("order").string() or ("rolling" if update.items else "")
            members.append(_compose_service(name, service))
        yield ManifestFacts(
            place.path, "Compose", document.get("name").string(), services.line, strategy, tuple(members)
        )


def _compose_service(name: str, service: Tree) -> ManifestContainer:
    probes: tuple[ProbeSetting, ...] = ()
    check = service.get("healthcheck")
    if check and not check.get("disable").is_true():
        probes = (ProbeSetting("healthcheck", " ".join(check.get("test").strings())[:500], check.line),)
    resources = bool(service.get("deploy", "resources", "limits") or service.get("mem_limit") or service.get("cpus"))
    build = service.get("build")
    command = " ".join(part for key in ("entrypoint", "command") if (part := " ".join(service.get(key).strings())))
    return ManifestContainer(
        name,
        service.get("image").string(),
        command[:2_000],
        service.line or 1,
        probes,
        resources,
        _compose_environment(service.get("environment")),
        build.string() or build.get("context").string() or ("." if build else ""),
        build.get("dockerfile").string(),
        bool(service.get("ports").values or service.get("expose").values),
    )


def _compose_environment(tree: Tree) -> tuple[tuple[str, str], ...]:
    if tree.kind == "map":
        return tuple((name, value.string()[:500]) for name, value in tree.items.items())
    pairs = (line.partition("=") for line in tree.strings())
    return tuple((name, value[:500]) for name, _, value in pairs)


def _may_be_kubernetes(place: Place) -> bool:
    if not place.lower.endswith((".yml", ".yaml")) or _NOT.fullmatch(place.lower):
        return False
    folders = [folder.lower() for folder in place.folders]
    if any(folder in (".github", ".circleci", ".gitlab", ".woodpecker", "crds") for folder in folders):
        return False
    return any(_FOLDERS.fullmatch(folder.lstrip(".")) for folder in folders) or bool(_NAMES.fullmatch(place.lower))


def _chart_values(reader: Reader, place: Place, candidates: Sequence[Place]) -> tuple[Tree, ...]:
    """The values of the Helm chart whose template this is: those of values.yaml first."""
    chart, inside, _ = f"{place.folder}/".rpartition("templates/")
    if not inside:
        return ()
    own = [p for p in candidates if f"{p.folder}/".removeprefix("/") == chart and _VALUES.fullmatch(p.lower)]
    own.sort(key=lambda p: (len(p.lower.rpartition(".")[0]), p.lower))
    return tuple(document for p in own[:MAX_VALUES_FILES] for document in reader.yaml(p.path)[:1])


def _kubernetes(reader: Reader, place: Place, values: tuple[Tree, ...]) -> Iterator[ManifestFacts]:
    content = reader.text(place.path)
    if content is None or "kind:" not in content:
        return
    if "apiVersion:" not in content and place.lower.partition(".")[0] != "kustomization":
        return
    written = content
    templated = "{{" in content
    if templated:
        content = without_templates(filled(content, values))
    kinds = set(re.findall(r"^kind:\s*[\"']?(\w+)", content, re.MULTILINE))
    if not kinds & _WORKLOADS and not re.search(r"^[ \t]+(?:-\s*)?containers:", content, re.MULTILINE):
        yield from _kinds_only(place.path, content)
        return
    try:
        documents = read_yaml(content)
    except YamlProblem as problem:
        if not templated:
            reader.report(place.path, f"broken YAML: {problem}")
            return
        try:
            documents = read_yaml(without_templates(written))
        except YamlProblem:
            yield from _by_text(place.path, content)
            return
    for document in documents:
        listed = document.get("items").values if document.get("kind").string() == "List" else [document]
        for one in listed:
            yield from _object(place.path, one)


def _kinds_only(path: str, content: str) -> Iterator[ManifestFacts]:
    for found in islice(re.finditer(r"^kind:\s*[\"']?(\w+)", content, re.MULTILINE), MAX_KINDS):
        begin = content.rfind("\n---", 0, found.start())
        end = content.find("\n---", found.end())
        document = content[max(0, begin) : end if end >= 0 else len(content)][:5_000]
        name = re.search(r"^metadata:\s*\n(?:[ \t]+.*\n)*?[ \t]+name:\s*[\"']?([^\s\"'#]+)", document, re.MULTILINE)
        line = content.count("\n", 0, found.start()) + 1
        yield ManifestFacts(path, found[1], name[1] if name else "", line)


def _object(path: str, document: Tree) -> Iterator[ManifestFacts]:
    kind = document.get("kind").string()
    if not kind or document.kind != "map":
        return
    pod = _pod(document)
    members = [
        _container(container)
        for key in ("containers",)
        for container in pod.get(key).values[:MAX_CONTAINERS]
        if container.kind == "map"
    ]
    yield ManifestFacts(
        path,
        kind,
        document.get("metadata", "name").string(),
        document.get("kind").line or document.line,
        _strategy(document.get("spec")),
        tuple(members),
    )


def _pod(document: Tree) -> Tree:
    spec = document.get("spec")
    for keys in (("jobTemplate", "spec", "template", "spec"), ("template", "spec")):
        if spec.get(*keys):
            return spec.get(*keys)
    return spec if spec.get("containers") else EMPTY


def _strategy(spec: Tree) -> str:
    for key in ("strategy", "updateStrategy"):
        tree = spec.get(key)
        if tree.get("type").string():
            return tree.get("type").string()
        for name in ("canary", "blueGreen", "rollingUpdate"):
            if name in tree.items:
                return name
    return ""


def _container(container: Tree) -> ManifestContainer:
    probes = tuple(
        ProbeSetting(kind, _probe_detail(container.get(key)), container.get(key).line)
        for key, kind in _PROBES.items()
        if container.get(key).kind == "map" and container.get(key)
    )
    command = " ".join((*container.get("command").strings(), *container.get("args").strings()))
    resources = container.get("resources")
    environment = tuple(
        (entry.get("name").string(), entry.get("value").string()[:500]) for entry in container.get("env").values
    )
    return ManifestContainer(
        container.get("name").string(),
        container.get("image").string(),
        command[:2_000],
        container.line,
        probes,
        bool(resources.items or resources.string()),
        environment[:500],
        has_ports=bool(container.get("ports").values),
    )


def _probe_detail(probe: Tree) -> str:
    if probe.get("httpGet"):
        return probe.get("httpGet", "path").string()
    if probe.get("exec"):
        return " ".join(probe.get("exec", "command").strings())[:500]
    port = probe.get("tcpSocket", "port").string() or probe.get("grpc", "port").string()
    return f"port {port}" if port else ""


def _by_text(path: str, content: str) -> Iterator[ManifestFacts]:
    """A template that is no YAML even without its markers: what the words of its lines say."""
    kind = re.search(r"^kind:\s*(\w+)", content, re.MULTILINE)
    if kind is None:
        return
    probes = tuple(
        ProbeSetting(_PROBES[found[1]], "", content.count("\n", 0, found.start()) + 1)
        for found in re.finditer(r"^[ \t]+(livenessProbe|readinessProbe|startupProbe):", content, re.MULTILINE)
    )
    image = re.search(r"^[ \t]+(?:- )?image:\s*(\S+)", content, re.MULTILINE)
    members: tuple[ManifestContainer, ...] = ()
    if image or probes:
        resources = re.search(r"^[ \t]+resources:", content, re.MULTILINE) is not None
        line = line_of(content, r"^[ \t]+(?:- )?image:")
        members = (ManifestContainer("", image[1] if image else "", "", line, probes, resources),)
    strategy = re.search(r"^[ \t]+(?:strategy|updateStrategy):\s*\n\s+type:\s*(\w+)", content, re.MULTILINE)
    line = content.count("\n", 0, kind.start()) + 1
    yield ManifestFacts(path, kind[1], "", line, strategy[1] if strategy else "", members)


def _fly(reader: Reader, place: Place) -> Iterator[ManifestFacts]:
    data = reader.toml(place.path)
    if data is None:
        return
    content = reader.text(place.path) or ""
    checks: list[dict[str, object]] = [table(check) for check in table(data, "checks").values()]
    checks += [table(check) for check in items(table(data, "http_service").get("checks"))]
    for service in items(data.get("services")):
        checks += [table(check) for key in ("http_checks", "tcp_checks") for check in items(table(service).get(key))]
    line = line_of(content, r"^[ \t]*\[+.*checks\]+")
    probes = tuple(
        ProbeSetting("healthcheck", text(check.get("path")) or f"port {check.get('port', '')}", line)
        for check in checks
    )
    environment = tuple((name, str(value)[:500]) for name, value in table(data, "env").items())
    image = text(table(data, "build").get("image"))
    container = ManifestContainer(
        text(data.get("app")),
        image,
        " ".join(str(value) for value in table(data, "processes").values())[:2_000],
        1,
        probes,
        bool(data.get("vm")),
        environment,
        "" if image else ".",
    )
    strategy = text(table(data, "deploy").get("strategy"))
    yield ManifestFacts(place.path, "Fly", text(data.get("app")), 1, strategy, (container,))


def _render(reader: Reader, place: Place) -> Iterator[ManifestFacts]:
    for document in reader.yaml(place.path)[:1]:
        members: list[ManifestContainer] = []
        for service in document.get("services").values[:MAX_CONTAINERS]:
            path = service.get("healthCheckPath")
            probes = (ProbeSetting("healthcheck", path.string(), path.line),) if path else ()
            command = service.get("startCommand").string() or service.get("dockerCommand").string()
            environment = tuple(
                (entry.get("key").string(), entry.get("value").string()[:500])
                for entry in service.get("envVars").values
            )
            members.append(
                ManifestContainer(
                    service.get("name").string(),
                    service.get("image", "url").string(),
                    command[:2_000],
                    service.line,
                    probes,
                    bool(service.get("plan")),
                    environment,
                    service.get("rootDir").string() or ".",
                )
            )
        if members:
            yield ManifestFacts(place.path, "Render", "", document.line, "", tuple(members))


def _nomad(reader: Reader, place: Place) -> Iterator[ManifestFacts]:
    content = reader.text(place.path)
    job = re.search(r"^job\s+\"([^\"]+)\"", content or "", re.MULTILINE)
    if content is None or job is None:
        return
    probes = tuple(
        ProbeSetting(
            "healthcheck",
            path[1] if (path := re.search(r"path\s*=\s*\"([^\"]+)\"", found[1])) else "",
            content.count("\n", 0, found.start()) + 1,
        )
        for found in re.finditer(r"^[ \t]*check\s*\{([^}]{0,2000})\}", content, re.MULTILINE)
    )
    image = re.search(r"^[ \t]*image\s*=\s*\"([^\"]+)\"", content, re.MULTILINE)
    update = re.search(r"^[ \t]*update\s*\{([^}]{0,2000})\}", content, re.MULTILINE)
    strategy = ""
    if update:
        strategy = "canary" if re.search(r"canary\s*=\s*[1-9]", update[1]) else "rolling"
    line = line_of(content, r"^[ \t]*task\s+\"")
    resources = re.search(r"^[ \t]*resources\s*\{", content, re.MULTILINE) is not None
    member = ManifestContainer(job[1], image[1] if image else "", "", line, probes, resources)
    yield ManifestFacts(place.path, "Nomad", job[1], line_of(content, r"^job\s"), strategy, (member,))
