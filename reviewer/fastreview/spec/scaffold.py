"""The minimal project in which a spec begins: a factory, settings, one router, its test, and the acceptance as a script."""

from importlib.resources import files
from string import Template

from fastreview.spec.document import Spec

_FILES = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "accept.sh": "accept.sh",
    ".gitignore": "gitignore",
    ".env.example": "env.example",
    ".github/workflows/ci.yml": "ci.yml",
    "src/{package}/app.py": "app.py",
    "src/{package}/main.py": "main.py",
    "src/{package}/settings.py": "settings.py",
    "src/{package}/routers/health.py": "health.py",
    "tests/conftest.py": "conftest.py",
    "tests/test_health.py": "test_health.py",
}
"""File of the project to the template in ``skeleton/``."""


def skeleton(spec: Spec) -> dict[str, str]:
    """Path in the new project, with "/", to text. Nothing in it comes from the reviewed project."""
    values = {
        "package": spec.package,
        "prefix": spec.package.upper(),
        "title": spec.title,
        "cases": "\n".join(f"    {m.number}) {m.command} ;;" for m in spec.milestones if m.command),
        "numbers": " ".join(str(m.number) for m in spec.milestones if m.command),
        "last": str(len(spec.milestones)),
        "level": spec.acceptance[-1],
    }
    made = {
        path.format(package=spec.package): Template(_template(name)).substitute(values) for path, name in _FILES.items()
    }
    for folder, what in (("", f"{spec.title}: the service."), ("routers/", "The routes, by subject.")):
        made[f"src/{spec.package}/{folder}__init__.py"] = f'"""{what}"""\n'
    return made


def _template(name: str) -> str:
    return files("fastreview.spec").joinpath("skeleton", f"{name}.tmpl").read_text("utf-8")
