"""Configuration of type checkers, linters, test runners and update bots, in one form wherever it is written.

Keys are those of the tool's table in pyproject.toml: ``[report] fail_under`` of .coveragerc and
``[tool.coverage.report] fail_under`` are both ``report.fail_under`` of the tool ``coverage``; a section
``[mypy-x.*]`` is an override with ``overrides.0.module``.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from fastreview.facts.files import Settings, Value
from fastreview.gather.files.places import Place
from fastreview.gather.files.plain import flattened, line_of, table
from fastreview.gather.files.reading import Reader

MAX_SETTINGS = 200

_TOOLS = frozenset(
    [
        "mypy",
        "pyright",
        "basedpyright",
        "ty",
        "pyrefly",
        "pytype",
        "ruff",
        "black",
        "flake8",
        "isort",
        "pylint",
        "bandit",
        "pytest",
        "coverage",
        "importlinter",
        "tach",
        "alembic",
        "aerich",
        "tox",
        "uv",
        "fastapi",
        "fastreview",
        "hypothesis",
        "mutmut",
        "pydantic-mypy",
        "vulture",
        "deptry",
        "pip-audit",
        "safety",
        "refurb",
        "yapf",
        "autopep8",
        "pydocstyle",
        "diff_cover",
        "pre-commit",
        "django-stubs",
        "xenon",
        "semgrep",
        "towncrier",
        "zuban",
        "pyre",
        "docformatter",
    ]
)
_OWN_TOML = {
    "ruff.toml": "ruff",
    ".ruff.toml": "ruff",
    "ty.toml": "ty",
    "pyrefly.toml": "pyrefly",
    "tach.toml": "tach",
    "pytest.toml": "pytest",
    ".pytest.toml": "pytest",
    ".coveragerc.toml": "coverage",
}
_OWN_JSON = {
    "pyrightconfig.json": "pyright",
    "renovate.json": "renovate",
    "renovate.json5": "renovate",
    ".renovaterc": "renovate",
    ".renovaterc.json": "renovate",
}
_OWN_YAML = {
    "dependabot.yml": "dependabot",
    "dependabot.yaml": "dependabot",
    "tach.yml": "tach",
    "codecov.yml": "codecov",
    ".codecov.yml": "codecov",
    ".bandit.yml": "bandit",
    ".yamllint": "yamllint",
    ".trivy.yaml": "trivy",
    ".snyk": "snyk",
    ".pyup.yml": "pyup",
    ".hadolint.yaml": "hadolint",
}
_OWN_INI = {
    "mypy.ini": "mypy",
    ".mypy.ini": "mypy",
    "pytest.ini": "pytest",
    ".pytest.ini": "pytest",
    ".coveragerc": "coverage",
    ".flake8": "flake8",
    ".isort.cfg": "isort",
    ".pylintrc": "pylint",
    "pylintrc": "pylint",
    ".importlinter": "importlinter",
    ".bandit": "bandit",
}
_SHARED_INI = frozenset(("setup.cfg", "tox.ini"))
# Keys whose value is a list although they are written on one line, by what separates the members.
_COMMA_LISTS = frozenset(
    [
        "plugins",
        "files",
        "exclude",
        "disable",
        "enable",
        "disable_error_code",
        "enable_error_code",
        "always_true",
        "always_false",
        "select",
        "ignore",
        "extend-select",
        "extend-ignore",
        "extend_select",
        "extend_ignore",
        "source",
        "omit",
        "include",
        "per-file-ignores",
        "skip",
        "known_first_party",
        "known_third_party",
        "root_packages",
        "load-plugins",
        "ignore-paths",
        "exclude_dirs",
        "exclude_lines",
        "concurrency",
        "packages",
        "modules",
    ]
)
_SPACE_LISTS = frozenset(("testpaths", "norecursedirs", "python_files", "python_classes", "python_functions"))


def tools(reader: Reader, candidates: Sequence[Place], homes: Collection[str]) -> tuple[Settings, ...]:
    """Settings of every tool, the nearest file first: the reviewed root, folders below it, folders above it."""
    found: list[Settings] = []
    alone = stands_alone(reader, candidates)
    for place in candidates:
        if place.above and alone and place.lower in ("pyproject.toml", "setup.cfg", "tox.ini"):
            continue
        in_host_folder = place.folders and place.folders[-1].lower() in (".github", ".gitlab")
        if place.depth > 1 and place.folder not in homes and not in_host_folder:
            continue
        if place.above and place.depth and not in_host_folder:
            continue
        found += _settings(reader, place)
        if len(found) >= MAX_SETTINGS:
            break
    return tuple(found[:MAX_SETTINGS])


def stands_alone(reader: Reader, candidates: Sequence[Place]) -> bool:
    """Whether the service is a project of its own inside another one: what that one configures is then about itself,
    unless it is the workspace that the service belongs to."""
    manifests = [p for p in candidates if p.lower == "pyproject.toml" and not p.depth]
    own = [reader.toml(p.path) for p in manifests if not p.above]
    around = [reader.toml(p.path) for p in manifests if p.above]
    if not any(data and _is_project(data) for data in own):
        return False
    workspace = any(data and "workspace" in table(table(data, "tool"), "uv") for data in around)
    return not workspace and any(data and _is_project(data) for data in around)


def _is_project(data: dict[str, object]) -> bool:
    return "project" in data or "poetry" in table(data, "tool")


def _settings(reader: Reader, place: Place) -> Iterator[Settings]:
    name = place.lower
    if name == "pyproject.toml":
        yield from _pyproject(reader, place.path)
    elif name in _OWN_TOML:
        data = reader.toml(place.path)
        if data is not None:
            yield Settings(_OWN_TOML[name], place.path, 1, _values(_OWN_TOML[name], data))
    elif name in _OWN_JSON:
        data = reader.json(place.path)
        if data is not None:
            yield Settings(_OWN_JSON[name], place.path, 1, flattened(data))
    elif name in _OWN_YAML:
        for document in reader.yaml(place.path)[:1]:
            yield Settings(_OWN_YAML[name], place.path, document.line, flattened(document))
    elif name in _OWN_INI or name in _SHARED_INI:
        yield from _ini(reader, place.path, _OWN_INI.get(name, ""))


def _pyproject(reader: Reader, path: str) -> Iterator[Settings]:
    data = table(reader.toml(path), "tool")
    content = reader.text(path) or ""
    for tool, value in data.items():
        # [tool.pytest] is pytest 9's own table, [tool.pytest.ini_options] the older one.
        if tool in _TOOLS and isinstance(value, dict):
            line = line_of(content, rf"^[ \t]*\[+\s*tool\s*\.\s*[\"']?{re.escape(tool)}\b")
            yield Settings(tool, path, line, _values(tool, value))


def _values(tool: str, value: dict[str, object]) -> dict[str, Value]:
    if tool == "pytest":
        value = {**value, **table(value, "ini_options"), **table(value, "pytest")}
        value = {key: member for key, member in value.items() if key not in ("ini_options", "pytest")}
        options = value.get("addopts")
        if isinstance(options, list):
            value["addopts"] = " ".join(str(option) for option in options)
        testpaths = value.get("testpaths")
        if isinstance(testpaths, str):
            value["testpaths"] = testpaths.split()
    if tool == "mypy":
        for key in ("plugins", "files", "disable_error_code", "enable_error_code"):
            listed = value.get(key)
            if isinstance(listed, str):
                value = {**value, key: [part.strip() for part in listed.split(",") if part.strip()]}
    return flattened(value)


def _ini(reader: Reader, path: str, own: str) -> Iterator[Settings]:
    """``own`` is the tool a file belongs to, "" for setup.cfg and tox.ini, where section names say it."""
    content = reader.text(path)
    if content is None:
        return
    parser = reader.ini(path, content, keep_case=True)
    if parser is None:
        return
    collected: dict[str, dict[str, Value]] = {}
    lines: dict[str, int] = {}
    lists: dict[str, int] = {}
    if own:
        collected[own] = {}
    for section in parser.sections():
        tool, prefix = _section(section, own)
        if not tool:
            continue
        values = collected.setdefault(tool, {})
        lines.setdefault(tool, line_of(content, rf"^\[{re.escape(section)}\]"))
        if prefix.endswith("#"):
            # One more member of a list of tables: overrides, contracts.
            named = prefix[:-1]
            index = lists.get(f"{tool}.{named}", 0)
            lists[f"{tool}.{named}"] = index + 1
            prefix = f"{named}.{index}."
            title = section.partition("-" if tool == "mypy" else ":")[2].removeprefix("contract:")
            modules = tuple(part.strip() for part in title.split(","))
            values[prefix + ("module" if tool == "mypy" else "id")] = modules if len(modules) > 1 else title
        for key, value in parser.items(section):
            values[prefix + key] = _value(key, value)
    for tool, values in collected.items():
        yield Settings(tool, path, lines.get(tool, 1), values)


def _section(section: str, own: str) -> tuple[str, str]:
    """The tool and the key prefix that a section stands for; ("", "") for what is no tool's."""
    if section.startswith("mypy-"):
        return "mypy", "overrides#"
    if section == "tool:pytest":
        return "pytest", ""
    if section.startswith("importlinter:contract"):
        return "importlinter", "contracts#"
    head, _, rest = section.partition(":")
    if head == "coverage" and rest and not own:
        return "coverage", f"{rest}."
    if own == "coverage":
        return own, f"{section}."
    if own == "pylint":
        return own, ""
    if own and section in (own, "settings"):
        return own, ""
    if section in _TOOLS and (not own or section == "pydantic-mypy"):
        return section, ""
    # Another tool's section in mypy.ini is read by nobody.
    return (own, f"{section}.") if own and head not in _TOOLS else ("", "")


def _value(key: str, value: str | None) -> Value:
    if value is None:
        return True
    value = value.strip()
    if "\n" in value or (key in _COMMA_LISTS and ("," in value or value)):
        separator = r"[\n]" if "\n" in value and "," not in value else r"[\n,]"
        parts = (re.sub(r"(?:^|\s)#.*", "", part).strip() for part in re.split(separator, value))
        if key == "addopts":
            return " ".join(part for part in parts if part)
        return tuple(part for part in parts if part)
    if key in _SPACE_LISTS:
        return tuple(value.split())
    if value.lower() in ("true", "yes", "on"):
        return True
    if value.lower() in ("false", "no", "off"):
        return False
    if re.fullmatch(r"-?\d{1,9}", value):
        return int(value)
    return value[:2_000]


def hooks(reader: Reader, candidates: Sequence[Place]) -> tuple[tuple[str, str], ...]:
    """The hooks of pre-commit (and prek): the repository, or "local", and the hook's id."""
    found: list[tuple[str, str]] = []
    for place in candidates:
        if not place.direct:
            continue
        if place.lower in (".pre-commit-config.yaml", ".pre-commit-config.yml"):
            for document in reader.yaml(place.path)[:1]:
                for repository in document.get("repos").each():
                    name = repository.get("repo").string()
                    found += [(name, hook.get("id").string()) for hook in repository.get("hooks").each()]
        elif place.lower == "prek.toml":
            # TOML 1.1, which Python's parser refuses before 3.15: tables over several lines.
            repository_name = ""
            for key, value in re.findall(r"\b(repo|id)\s*=\s*\"([^\"\n]*)\"", reader.text(place.path) or ""):
                if key == "repo":
                    repository_name = value
                else:
                    found.append((repository_name, value))
    return tuple(dict.fromkeys(found))[:500]
