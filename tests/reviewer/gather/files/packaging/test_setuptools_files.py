"""setup.py and setup.cfg."""

from pathlib import Path

from tests.reviewer.gather.files.conftest import Gather
from tests.reviewer.gather.files.packaging.conftest import groups, one


def test_setup_py_is_read_not_run(gather: Gather, tmp_path: Path) -> None:
    facts = gather(
        {
            "setup.py": f"""
from setuptools import setup
open({str(tmp_path / "ran")!r}, "w")
BASE = ["fastapi>=0.1"]
setup(install_requires=BASE + ["uvicorn"], extras_require={{"test": ["pytest", *BASE]}}, python_requires=">=3.8")
"""
        }
    )
    assert groups(facts) == {"": {"fastapi", "uvicorn"}, "test": {"pytest", "fastapi"}}
    assert facts.python_wanted == ">=3.8"
    assert not (tmp_path / "ran").exists()


def test_setup_cfg(gather: Gather) -> None:
    facts = gather(
        {
            "setup.cfg": "[options]\npython_requires = >=3.9\ninstall_requires =\n    fastapi>=0.1\n    # no\n"
            "[options.extras_require]\ndev =\n    pytest\n"
        }
    )
    assert groups(facts) == {"": {"fastapi"}, "dev": {"pytest"}}
    assert one(facts, "fastapi").line == 4


def test_requirements_that_setup_py_reads(gather: Gather) -> None:
    facts = gather(
        {
            "setup.py": """
from setuptools import setup
def needs():
    with open("requires.txt") as file:
        return file.read().splitlines()
setup(install_requires=needs(), long_description=open("README.txt").read())
""",
            "requires.txt": "fastapi>=0.1\n# no\nuvicorn\n",
            "README.txt": "flask",
        }
    )
    assert groups(facts) == {"": {"fastapi", "uvicorn"}}
    assert one(facts, "fastapi").path == "requires.txt"
