"""Templates of Helm charts are read with the values of their chart."""

import pytest

from fastreview.facts.files import ManifestContainer

from .conftest import Gather

TEMPLATE = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  template:
    spec:
      containers:
        - name: api
          {{- with .Values.api.livenessProbe }}
          livenessProbe:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          {{- with .Values.api.readinessProbe }}
          readinessProbe:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
"""


def container(gather: Gather, values: str, template: str = TEMPLATE, **further: str) -> ManifestContainer:
    facts = gather({"chart/templates/deployment.yaml": template, "chart/values.yaml": values, **further})
    assert not facts.unreadable
    [manifest] = facts.manifests
    [found] = manifest.containers
    return found


def test_values_stand_where_the_template_asks_for_them(gather: Gather) -> None:
    found = container(
        gather, "api:\n  livenessProbe: {httpGet: {path: /live}}\n  readinessProbe: {}\nresources: {limits: {cpu: 1}}\n"
    )
    assert [(probe.kind, probe.detail) for probe in found.probes] == [("liveness", "/live")]
    assert found.has_resources


def test_what_is_empty_by_default_is_not_there(gather: Gather) -> None:
    found = container(gather, "api: {livenessProbe: null}\nresources: {}\n")
    assert not found.has_resources
    assert not found.probes


def test_a_further_file_of_values_may_have_them(gather: Gather) -> None:
    further = {"chart/values-production.yaml": "resources: {limits: {cpu: 1}}\n"}
    assert container(gather, "resources: {}\n", **further).has_resources


@pytest.mark.parametrize(
    "template",
    [
        TEMPLATE.replace("{{- end }}", ""),
        "{{- end }}\n" * 50 + TEMPLATE,
        "{{- with " * 30 + "\n" + TEMPLATE,
        TEMPLATE.replace("nindent 12", "nindent 99999999"),
    ],
)
def test_broken_templates_lose_nothing(gather: Gather, template: str) -> None:
    facts = gather({"chart/templates/deployment.yaml": template, "chart/values.yaml": "resources: {limits: {cpu: 1}}"})
    assert [manifest.kind for manifest in facts.manifests] == ["Deployment"]
