"""Modules and the packages that bring them."""

import pytest

from fastreview.gather.distributions import MEGABYTES, distribution, distribution_name, from_conda


@pytest.mark.parametrize(
    ("module", "requirement"),
    [
        ("jwt", "pyjwt"),
        ("jose.jwt", "python-jose"),
        ("fastapi_users", "fastapi-users"),
        ("google.cloud.storage.blob", "google-cloud-storage"),
        ("google.auth.transport", "google-auth"),
        ("azure.keyvault.secrets.aio", "azure-keyvault-secrets"),
        ("opentelemetry.instrumentation.fastapi", "opentelemetry-instrumentation-fastapi"),
        ("opentelemetry.exporter.otlp.proto.grpc.trace_exporter", "opentelemetry-exporter-otlp-proto-grpc"),
        ("opentelemetry.sdk.trace", "opentelemetry-sdk"),
        ("psycopg2.extras", "psycopg2-binary"),
    ],
)
def test_packages_of_modules(module: str, requirement: str) -> None:
    assert distribution(module) == requirement


@pytest.mark.parametrize(
    ("line", "name"),
    [("Ruamel.YAML>=1", "ruamel-yaml"), (" a_b[x]==1 ; y", "a-b"), ("", ""), ("@ x", "")],
)
def test_names_of_requirements(line: str, name: str) -> None:
    assert distribution_name(line) == name


@pytest.mark.parametrize(
    ("conda", "package"),
    [("docker-py", "docker"), ("libcxx", ""), ("libcst", "libcst"), ("fastapi", "fastapi"), ("pip", "")],
)
def test_conda_packages(conda: str, package: str) -> None:
    assert from_conda(conda) == package


def test_names_in_tables_are_normal() -> None:
    assert all(distribution_name(name) == name for name in MEGABYTES)
