"""Conda environments."""

from tests.reviewer.gather.files.conftest import Gather
from tests.reviewer.gather.files.packaging.conftest import groups

from fastreview.gather.files.requirement_text import conda_requirement


def test_conda_environment(gather: Gather) -> None:
    facts = gather(
        {"environment.yml": "dependencies:\n  - python=3.12\n  - numpy=1.26.4=py312\n  - pip:\n    - fastapi>=0.1\n"}
    )
    assert groups(facts) == {"": {"numpy", "fastapi"}}
    assert facts.python_wanted == "3.12"
    found = conda_requirement("conda-forge::pandas>=2", "", "e", 1)
    assert found is not None
    assert (found.name, found.specifier) == ("pandas", ">=2")
