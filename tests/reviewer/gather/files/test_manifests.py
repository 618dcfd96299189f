"""Compose, Kubernetes, Helm and the small platforms."""

from .conftest import Gather

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  strategy: {type: RollingUpdate}
  template:
    spec:
      containers:
        - name: api
          image: api:1
          args: [--workers, "4"]
          env: [{name: A, value: b}, {name: S, valueFrom: {secretKeyRef: {name: s, key: k}}}]
          livenessProbe: {httpGet: {path: /live, port: 80}}
          readinessProbe: {exec: {command: [check, it]}}
          resources: {limits: {cpu: 1}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
"""


def test_compose(gather: Gather) -> None:
    facts = gather(
        {
            "docker-compose.yml": """x-common: &common
  environment: {LOG: info}
services:
  api:
    <<: *common
    build: {context: ./api}
    command: [uvicorn, "app:app"]
    healthcheck: {test: [CMD, curl, -f, http://localhost/health]}
    deploy: {update_config: {order: start-first}, resources: {limits: {cpus: "1"}}}
  db:
    image: postgres:16
    environment: [POSTGRES_PASSWORD=x]
    healthcheck: {disable: true}
"""
        }
    )
    (found,) = facts.manifests
    assert (found.kind, found.strategy) == ("Compose", "start-first")
    api, database = found.containers
    assert (api.build, api.command, api.has_resources, api.environment) == (
        "./api",
        "uvicorn app:app",
        True,
        (("LOG", "info"),),
    )
    assert api.probes[0].kind == "healthcheck"
    assert (database.image, database.probes, database.environment) == ("postgres:16", (), (("POSTGRES_PASSWORD", "x"),))


def test_kubernetes_with_several_documents(gather: Gather) -> None:
    facts = gather({"k8s/all.yaml": DEPLOYMENT})
    assert [(found.kind, found.name, found.line) for found in facts.manifests] == [
        ("Deployment", "api", 2),
        ("ConfigMap", "settings", 18),
    ]
    deployment = facts.manifests[0]
    assert deployment.strategy == "RollingUpdate"
    (container,) = deployment.containers
    assert [(probe.kind, probe.detail, probe.line) for probe in container.probes] == [
        ("liveness", "/live", 13),
        ("readiness", "check it", 14),
    ]
    assert container.has_resources
    assert container.environment == (("A", "b"), ("S", ""))
    assert container.command == "--workers 4"


def test_cron_jobs_and_rollouts(gather: Gather) -> None:
    facts = gather(
        {
            "deploy/a.yaml": "apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: "
            "{containers: [{name: j, image: i}]}}}}}\n",
            "deploy/b.yaml": "apiVersion: argoproj.io/v1\nkind: Rollout\nspec: {strategy: {canary: {steps: []}}}\n",
        }
    )
    assert facts.manifests[0].containers[0].name == "j"
    assert facts.manifests[1].strategy == "canary"


def test_helm_templates(gather: Gather) -> None:
    template = """{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "x.fullname" . }}
  labels:
    {{- include "x.labels" . | nindent 4 }}
spec:
  template:
    spec:
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.image }}:{{ .Values.tag }}"
          livenessProbe:
            httpGet:
              path: /live
          {{- with .Values.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
{{- end }}
"""
    hopeless = template.replace("        - name: {{ .Chart.Name }}", "        - {{ if x }}[{{ end }}")
    facts = gather({"charts/x/templates/deployment.yaml": template, "charts/x/templates/worse.yaml": hopeless})
    assert [found.kind for found in facts.manifests] == ["Deployment", "Deployment"]
    for found in facts.manifests:
        assert [(probe.kind, probe.line) for probe in found.containers[0].probes] in (
            [("liveness", 14)],
            [("liveness", 15)],
        )
    assert facts.unreadable == ()


def test_fly_render_and_nomad(gather: Gather) -> None:
    facts = gather(
        {
            "fly.toml": 'app = "a"\n[deploy]\nstrategy = "bluegreen"\n[[http_service.checks]]\npath = "/health"\n',
            "render.yaml": "services:\n  - name: r\n    startCommand: uvicorn a:b\n    healthCheckPath: /ok\n",
            "deploy/a.nomad": 'job "n" {\n  update { canary = 1 }\n  task "t" {\n    config { image = "i" }\n'
            '    check {\n      path = "/h"\n    }\n    resources { cpu = 1 }\n  }\n}\n',
        }
    )
    found = {manifest.kind: manifest for manifest in facts.manifests}
    assert (found["Fly"].strategy, found["Fly"].containers[0].probes[0].detail) == ("bluegreen", "/health")
    assert (found["Render"].containers[0].command, found["Render"].containers[0].probes[0].detail) == (
        "uvicorn a:b",
        "/ok",
    )
    assert (found["Nomad"].strategy, found["Nomad"].containers[0].probes[0].detail) == ("canary", "/h")


def test_yaml_that_is_no_manifest(gather: Gather) -> None:
    facts = gather({"deploy/values.yaml": "image: x\n", "config/settings.yaml": "kind: x\n", "deploy/x.yaml": "a: 1\n"})
    assert facts.manifests == ()


def test_compose_files_in_a_folder_for_docker(gather: Gather) -> None:
    facts = gather(
        {
            "docker/dev.yml": "services:\n  api: {build: .}\n",
            "docker/otel.yaml": "services: [postgres]\n",
            "other/dev.yml": "services:\n  api: {build: .}\n",
        }
    )

    assert [(m.path, m.kind, m.containers[0].build) for m in facts.manifests] == [("docker/dev.yml", "Compose", ".")]
