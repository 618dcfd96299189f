"""What documentation tells those who run a service, and how releases are kept safe.

Headings and words are those of READMEs in English, German, Spanish, Portuguese, French, Chinese and Russian.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import Place, Project, file_facts


class Topic(NamedTuple):
    """``heading`` and ``link`` are searched in headings and links of the documentation, ``text`` in all of it."""

    word: str
    heading: re.Pattern[str]
    text: re.Pattern[str]


TOPICS = (
    Topic(
        "run",
        re.compile(
            r"\brun(?:ning)?\b|\bstart|\busage\b|quick ?start|install|set[- ]?up|\blocal|launch|serve|ausf[üu]hr|ejecu|execu"
            r"|lancer|d[ée]marr|运行|启动|安装|快速|запус|установ",
            re.IGNORECASE,
        ),
        re.compile(
            r"\b(?:uvicorn|hypercorn|granian|gunicorn)\s|\bfastapi\s+(?:run|dev)\b|docker[- ]compose\s+(?:\S+\s+)*up\b|\bdocker\s+run\b"
            r"|\bpython3?\s+(?:-m\s+)?[\w./-]*(?:main|app|run|server)|\b(?:make|just|task)\s+(?:run|up|start|dev|serve)\b",
            re.IGNORECASE,
        ),
    ),
    Topic(
        "test",
        re.compile(r"\btest(?:s|ing)?\b|prueba|测试|тест", re.IGNORECASE),
        re.compile(
            r"(?:^|[\s`$])(?:pytest|tox|nox|coverage run)\b|-m (?:pytest|unittest)\b|\b(?:make|just|task|poe|hatch|pdm|invoke)\s+(?:run\s+)?[\w:-]*test"
            r"|\btests?\S*\.sh\b",
            re.IGNORECASE | re.MULTILINE,
        ),
    ),
    Topic(
        "configure",
        re.compile(
            r"config|environment|\benv\b|settings|variables|secrets|options|konfigur|umgebung|entorno|ambiente|配置|环境|настро|переменн",
            re.IGNORECASE,
        ),
        re.compile(r"\.env\b|\benv\.example\b|environment variables?|env(?:ironment)? vars?\b|环境变量", re.IGNORECASE),
    ),
    Topic(
        "deploy",
        re.compile(
            r"deploy|production|self[- ]?host|hosting|release|kubernetes|\bk8s\b|\bhelm\b|heroku|railway|\brender\b|fly\.io|cloud run"
            r"|\becs\b|lambda|bereitstell|despl(?:ieg|eg)|implanta|d[ée]ploi|mise en production|部署|发布|生产|разв[её]рт|деплой",
            re.IGNORECASE,
        ),
        re.compile(
            r"\bkubectl\s+\w|\bhelm\s+(?:install|upgrade)\b|\bfly(?:ctl)?\s+deploy\b|\bgcloud\s+run\b|\bgit push heroku\b|\bsystemctl\s"
            r"|\bdeploy-to-\w+|railway\.(?:app|com)/(?:new|template|deploy)|heroku\.com/deploy|render\.com/deploy",
            re.IGNORECASE,
        ),
    ),
)
_LINK = re.compile(r"\[([^\]\n]{1,200})\]\(([^)\s]{1,300})|`?:doc:`([^`]{1,200})`")

_WRITTEN_KINDS = ("readme", "contributing", "docs")


def written(project: Project) -> tuple[file_facts.TextFile, ...]:
    """The documentation of the service: its README first."""
    texts = [text for text in project.facts.files.texts if text.kind in _WRITTEN_KINDS]
    return tuple(sorted(texts, key=lambda text: (text.kind != "readme", text.path.count("/"), len(text.path))))


def tells(topic: Topic, texts: tuple[file_facts.TextFile, ...]) -> Place | None:
    """Where the documentation speaks of a topic: in a heading, a link, a command, or a page of that name."""
    for text in texts:
        headings = any(topic.heading.search(heading) for heading in text.headings)
        named = text.kind == "docs" and topic.heading.search(text.path.rpartition("/")[2])
        if headings or named or topic.text.search(text.text) or any(map(topic.heading.search, _links(text.text))):
            return Place(text.path)
    return None


def _links(text: str) -> Iterator[str]:
    for match in _LINK.finditer(text):
        if not (match[2] or "").startswith(("http://", "https://")):
            yield " ".join(part for part in match.groups() if part)


_SITE = re.compile(r"https?://[^\s)>\]\"']*(?:docs?|documentation|readthedocs|wiki|guide|github\.io)\b", re.IGNORECASE)
_SITE_LINK = re.compile(r"\[[^\]\n]*\bdoc(?:s|umentation)?\b[^\]\n]*\]\(https?://", re.IGNORECASE)


def has_site(texts: tuple[file_facts.TextFile, ...]) -> bool:
    """Whether a README sends its readers to documentation on a site of its own."""
    readmes = [text.text for text in texts if text.kind == "readme"]
    return any(_SITE_LINK.search(text) or any(_is_own(link) for link in _SITE.findall(text)) for text in readmes)


def _is_own(link: str) -> bool:
    return _FOREIGN.search(link) is None


_FOREIGN = re.compile(
    r"fastapi\.|pydantic|sqlalchemy|docker\.com|python\.org|readthedocs\.org|astral\.sh|github\.com|pytest|microsoft|google|aws\.|mongodb"
    r"|alembic|poetry|redis|postgres|celery|tiangolo|uvicorn|starlette|kubernetes|localhost|127\.0\.0\.1|127\.1|0\.0\.0\.0",
    re.IGNORECASE,
)

_GRADUAL_WORD = r"(?:\bcanar(?:y|ies)\b|\bblue[-/ ]?green\b)"
_RELEASE_WORD = r"\b(?:release|deploy|roll|traffic|pod|replica|version|instance)"
GRADUAL = re.compile(
    rf"{_GRADUAL_WORD}[^.\n]{{0,80}}{_RELEASE_WORD}|{_RELEASE_WORD}[^.\n]{{0,80}}{_GRADUAL_WORD}", re.IGNORECASE
)
_GRADUAL_NAME = re.compile(r"(?:^|[-_.])(?:canary|blue-?green|blue|green)(?:[-_.]|$)", re.IGNORECASE)
_GRADUAL_STRATEGIES = frozenset({"canary", "blueGreen", "bluegreen"})
_GRADUAL_COMMAND = re.compile(
    r"--no-traffic\b|--to-(?:tags|revisions|latest)\b|argo\s+rollouts|kubectl[- ]argo|flagger|--strategy[= ](?:canary|bluegreen)"
    r"|codedeploy|create-deployment",
    re.IGNORECASE,
)
COMPATIBLE = re.compile(
    r"(?:backwards?[- ]?compatib|expand(?:[- ](?:and|then)[- ]|/)contract|zero[- ]?downtime|two[- ]?phase|online)[^.\n]{0,80}\b(?:migration|schema)"
    r"|\b(?:migration|schema)\w*\b[^.\n]{0,80}(?:backwards?[- ]?compatib|expand(?:[- ](?:and|then)[- ]|/)contract|zero[- ]?downtime)",
    re.IGNORECASE,
)
_COMPATIBLE_COMMAND = re.compile(r"\bsquawk\b|\bpgroll\b|\batlas\s+migrate\s+lint\b|django-migration-linter")
_ROLLBACK_HEADING = re.compile(r"\broll(?:ing|ed)?[- ]?backs?\b|回滚|откат", re.IGNORECASE)
ROLLBACK = re.compile(
    r"\brollout\s+undo\b|\bhelm\s+rollback\b|\bfly(?:ctl)?\s+releases\b[^\n]{0,60}rollback|\bheroku\s+(?:releases:)?rollback\b"
    r"|\broll(?:ing|ed)?[- ]?back\b[^.\n]{0,60}\b(?:release|deploy\w*|version|image|code|revision|service)\b",
    re.IGNORECASE,
)


def gradual(project: Project) -> Place | None:
    """Where releases reach a part of the users first, or stand beside the old ones until they are switched to."""
    for manifest in project.manifests:
        facts = manifest.facts
        if (
            facts.strategy in _GRADUAL_STRATEGIES
            or _GRADUAL_NAME.search(facts.name)
            or _GRADUAL_NAME.search(facts.path.rpartition("/")[2])
        ):
            return manifest.place
    runs = (command.place for command in project.pipeline_commands if _GRADUAL_COMMAND.search(command.text))
    return next(runs, None) or _in_texts(project, GRADUAL)


def compatible(project: Project) -> Place | None:
    """Where migrations are said, or checked, to suit the release before them."""
    runs = (command.place for command in project.pipeline_commands if _COMPATIBLE_COMMAND.search(command.text))
    return next(runs, None) or _in_texts(project, COMPATIBLE)


def rollback(project: Project) -> Place | None:
    """Where somebody is told how to take a release back."""
    for text in written(project):
        if any(map(_ROLLBACK_HEADING.search, text.headings)):
            return Place(text.path)
    return _in_texts(project, ROLLBACK)


def _in_texts(project: Project, wanted: re.Pattern[str]) -> Place | None:
    for text in written(project):
        if match := wanted.search(text.text):
            return Place(text.path, text.text.count("\n", 0, match.start()) + 1)
    return None
