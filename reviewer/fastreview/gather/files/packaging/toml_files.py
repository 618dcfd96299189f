"""What pyproject.toml and Pipfile ask for, with the lines that say so."""

from fastreview.gather.files.packaging.declared import MANAGED, MAX_REQUIREMENTS, REQUIRED, Declared, add
from fastreview.gather.files.packaging.requirements_files import included
from fastreview.gather.files.places import Place
from fastreview.gather.files.plain import line_at, table, text, texts
from fastreview.gather.files.reading import Reader
from fastreview.gather.files.requirement_text import normalised, poetry_requirement, requirement


def pyproject(reader: Reader, place: Place, declared: Declared) -> None:
    data = reader.toml(place.path)
    if data is None:
        return
    content = reader.text(place.path) or ""
    path = place.path
    lines = _Lines(content)
    project = table(data, "project")
    declared.a_project = declared.a_project or bool(project) or bool(table(data, "tool", "poetry", "dependencies"))
    declared.wants(text(project.get("requires-python")), REQUIRED)

    def pep508(values: object, group: str) -> None:
        for value in texts(values)[:MAX_REQUIREMENTS] if not isinstance(values, str) else ():
            add(declared, requirement(value, group, path, lines.of_string(value)))

    pep508(project.get("dependencies"), "")
    for extra, values in table(project, "optional-dependencies").items():
        pep508(values, extra)
    for group, values in table(data, "dependency-groups").items():
        pep508(values, group)
    tool = table(data, "tool")
    pep508(table(tool, "uv").get("dev-dependencies"), "dev")
    pep508(table(tool, "rye").get("dev-dependencies"), "dev")
    for group, values in table(tool, "pdm", "dev-dependencies").items():
        pep508(values, group)
    for environment, settings in table(tool, "hatch", "envs").items():
        group = "dev" if environment == "default" else environment
        pep508(table(settings).get("dependencies"), group)
        pep508(table(settings).get("extra-dependencies"), group)
    dynamic = table(tool, "setuptools", "dynamic")
    for name in texts(table(dynamic, "dependencies").get("file")):
        included(reader, place, declared, name, "")
    for extra, described in table(dynamic, "optional-dependencies").items():
        for name in texts(table(described).get("file")):
            included(reader, place, declared, name, extra)
    _poetry(table(tool, "poetry"), declared, path, lines)


def _poetry(poetry: dict[str, object], declared: Declared, path: str, lines: "_Lines") -> None:
    extras = {
        normalised(member): extra for extra, members in table(poetry, "extras").items() for member in texts(members)
    }
    groups: list[tuple[str, dict[str, object]]] = [
        ("", table(poetry, "dependencies")),
        ("dev", table(poetry, "dev-dependencies")),
    ]
    groups += [(name, table(group, "dependencies")) for name, group in table(poetry, "group").items()]
    for group, members in groups:
        for name, value in members.items():
            if name.lower() == "python":
                if not group:
                    declared.wants(text(value) or text(table(value).get("version")), REQUIRED)
                continue
            optional = table(value).get("optional") is True
            wanted = extras.get(normalised(name), "optional") if optional and not group else group
            add(declared, poetry_requirement(name, value, wanted, path, lines.of_key(name)))


def pipfile(reader: Reader, place: Place, declared: Declared) -> None:
    data = reader.toml(place.path)
    if data is None:
        return
    declared.a_project = True
    lines = _Lines(reader.text(place.path) or "")
    wanted = table(data, "requires")
    declared.wants(text(wanted.get("python_full_version")) or text(wanted.get("python_version")), MANAGED)
    for section, members in data.items():
        if section in ("source", "requires", "scripts", "pipenv", "pipenv-install"):
            continue
        group = {"packages": "", "dev-packages": "dev"}.get(section, section)
        for name, value in table(members).items():
            add(declared, poetry_requirement(name, value, group, place.path, lines.of_key(name)))


class _Lines:
    """Where strings and keys stand in a TOML file, by a search of its text."""

    def __init__(self, content: str) -> None:
        self.content = content
        self._keys: dict[str, int] | None = None

    def of_string(self, value: str) -> int:
        for quote in ('"', "'"):
            at = self.content.find(f"{quote}{value}{quote}")
            if at >= 0:
                return line_at(self.content, at)
        at = self.content.find(value.partition("\n")[0])
        return line_at(self.content, at) if at >= 0 else 1

    def of_key(self, name: str) -> int:
        if self._keys is None:
            self._keys = {}
            for number, line in enumerate(self.content.split("\n"), 1):
                key, equals, _ = line.partition("=")
                if equals:
                    self._keys.setdefault(key.strip().strip("\"'"), number)
        return self._keys.get(name, 1)
