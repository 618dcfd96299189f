"""The ``.fastreview`` folder of a reviewed project: plain files, one record each, made for version control.

::

    .fastreview/
      accepted/asy001-get-items-1f0c.toml        signed acceptances, which a review counts
      mentoring/2026-11-22/                      one session
        session.toml  estimates.toml  snapshot.json
        notes/essential-app-orders-3fa2.md  goals/  overrides/  exercises/

A file is named by what it holds, never by a counter: two people who write at the same time make two files. The folder is
part of a project that is not to be trusted: it may not lead out of it, and what is read is bounded.
"""

import datetime
import re
import tomllib
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

import msgspec

from fastreview.errors import BadRecord, UsageError
from fastreview.mentor.records import (
    Acceptance,
    Estimates,
    Exercise,
    Goal,
    Note,
    Override,
    Record,
    Session,
)

FOLDER = ".fastreview"
MAX_BYTES = 200_000
"""Of one record."""
MAX_SNAPSHOT = 40_000_000
MAX_FILES = 5_000
FENCE = "+++"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")
_WHERE = re.compile(r" - at `\$\.?([^`]*)`")
_LINE = re.compile(r"\(?at line (\d+)")

_EXPECTED = {
    "on": "a day, as on = 2026-11-22",
    "by": 'a day in a goal (by = 2026-12-31), "mentor" or "mentee" in a note',
    "until": "a day, as until = 2027-01-31",
    "proven": "a day, as proven = 2026-12-06",
    "type": 'one of "essential", "actionable", "informative", "celebratory"',
    "level": 'one of "junior", "intermediate", "senior", "staff"',
    "levels": 'a level for each dimension, as async = "intermediate"; "unsure" is an answer too',
    "goals": 'a list of sentences, as goals = ["Free the event loop"]',
    "checks": 'a list of codes, as checks = ["ASY001"]',
    "hints": "a list of three sentences",
    "kind": 'one of "finding", "strength", "route", "code", "file"',
    "about": 'a table: [about] with kind = "route" and route = "GET /items"',
}
"""What to write instead, by key."""

R = TypeVar("R", bound=Record)


class Folder:
    """The records of one project.

    Raises:
        UsageError: where there is no such folder, or ``.fastreview`` is a link that leads out of it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().resolve()
        if not self.root.is_dir():
            raise UsageError(f"There is no folder {root}. Name the folder of the project.")
        self.path = self.root / FOLDER
        if not self.path.resolve().is_relative_to(self.root):
            raise UsageError(f"{FOLDER} leads out of {root}. Make it a folder of the project.")

    def acceptances(self) -> dict[Path, Acceptance]:
        return dict(_records(self, self.path / "accepted", Acceptance))

    def accept(self, acceptance: Acceptance) -> Path:
        name = slug(f"{acceptance.check}-{acceptance.subject}")
        return self.write(self.path / "accepted" / f"{name}-{acceptance.fingerprint[:4]}.toml", acceptance)

    def sessions(self) -> tuple["SessionFolder", ...]:
        """All of them, the first one first: by day, then by name."""
        folder = self.path / "mentoring"
        found = [SessionFolder(self, path) for path in _listed(folder) if (path / "session.toml").is_file()]
        return tuple(sorted(found, key=lambda session: (session.about.on, session.name)))

    def session(self, name: str = "") -> "SessionFolder":
        """The one of that name, else the latest.

        Raises:
            UsageError: when there is none.
        """
        found = self.sessions()
        if not found:
            raise UsageError(
                f"There is no mentoring session in {self.path.parent}. Begin one: fastreview mentor start."
            )
        if not name:
            return found[-1]
        for session in found:
            if session.name == name:
                return session
        raise UsageError(f'There is no session "{name}": {", ".join(session.name for session in found)}.')

    def start(self, session: Session, estimates: Estimates, name: str = "") -> "SessionFolder":
        """A new session, called by its day unless it is given a name."""
        if name and not _NAME.fullmatch(name):
            raise UsageError("A session is called by letters, digits, dots and dashes, such as 2026-11-22 or sprint-7.")
        chosen = name or self._free(session.on.isoformat())
        path = self.path / "mentoring" / chosen
        if path.exists():
            raise UsageError(f'There is a session "{chosen}" already. Name another with --session.')
        made = SessionFolder(self, path)
        self.write(path / "session.toml", session)
        self.write(path / "estimates.toml", estimates)
        return made

    def _free(self, day: str) -> str:
        names = {path.name for path in _listed(self.path / "mentoring")}
        return next(name for n in range(1, MAX_FILES) if (name := day if n == 1 else f"{day}-{n}") not in names)

    def write(self, file: Path, record: Record) -> Path:
        """Writes one record; the same record gives the same bytes.

        Raises:
            UsageError: when it cannot be written.
        """
        import tomli_w

        values = msgspec.to_builtins(record, builtin_types=(datetime.date,))
        text = values.pop("text", "") if isinstance(record, Note) else None
        front = tomli_w.dumps(values, multiline_strings=True)
        return self.write_bytes(file, (front if text is None else _fenced(front, text)).encode())

    def write_bytes(self, file: Path, data: bytes) -> Path:
        """In place of what was there. Refuses what does not lie in the folder."""
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            if not file.resolve().is_relative_to(self.root):
                raise UsageError(f"{self.shown(file)} leads out of the project. Remove the link.")
            file.write_bytes(data)
        except OSError as error:
            raise UsageError(f"{self.shown(file)} cannot be written: {error.strerror or error}.") from error
        return file

    def shown(self, file: Path) -> str:
        """As the user knows it: below the project."""
        return file.relative_to(self.root).as_posix()


class SessionFolder:
    """One session."""

    def __init__(self, folder: Folder, path: Path) -> None:
        self.folder = folder
        self.path = path
        self.name = path.name

    @property
    def about(self) -> Session:
        return _read(self.folder, self.path / "session.toml", Session)

    @property
    def estimates(self) -> Estimates:
        file = self.path / "estimates.toml"
        return _read(self.folder, file, Estimates) if file.is_file() else Estimates()

    @property
    def snapshot_file(self) -> Path:
        return self.path / "snapshot.json"

    def notes(self) -> dict[Path, Note]:
        return dict(_records(self.folder, self.path / "notes", Note))

    def goals(self) -> dict[Path, Goal]:
        return dict(_records(self.folder, self.path / "goals", Goal))

    def exercises(self) -> dict[Path, Exercise]:
        return dict(_records(self.folder, self.path / "exercises", Exercise))

    def overrides(self) -> dict[str, Override]:
        """By dimension."""
        return {file.stem: record for file, record in _records(self.folder, self.path / "overrides", Override)}

    def note(self, note: Note) -> Path:
        about = note.about
        what = about.route or (f"{about.check}-{about.subject}" if about.check else about.name or about.path)
        name = f"{note.type}-{slug(what)}-{_digest(note)}.md"
        return self.folder.write(self.path / "notes" / name, note)

    def agree(self, goal: Goal) -> Path:
        return self.folder.write(self.path / "goals" / f"{slug(goal.goal)}-{_digest(goal)}.toml", goal)

    def override(self, dimension: str, override: Override) -> Path:
        return self.folder.write(self.path / "overrides" / f"{dimension}.toml", override)

    def exercise(self, exercise: Exercise) -> Path:
        name = f"{slug(f'{exercise.check}-{exercise.subject}')}-{exercise.fingerprint[:4]}.toml"
        return self.folder.write(self.path / "exercises" / name, exercise)


def slug(text: str) -> str:
    """Up to 40 characters that every file system takes: ``get-items-item-id``."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:40].strip("-") or "here"


def _digest(record: Record) -> str:
    return blake2b(msgspec.json.encode(record, order="deterministic"), digest_size=2).hexdigest()


def _fenced(front: str, text: str) -> str:
    return f"{FENCE}\n{front}{FENCE}\n\n{text.strip()}\n"


def _records(folder: Folder, path: Path, kind: type[R]) -> Iterator[tuple[Path, R]]:
    """Those in a folder, by name. Files that begin with a dot or end otherwise belong to somebody else."""
    suffix = ".md" if kind is Note else ".toml"
    for file in _listed(path):
        if file.suffix == suffix and not file.name.startswith("."):
            yield file, _read(folder, file, kind)


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())[:MAX_FILES]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise UsageError(f"{folder.name} cannot be listed: {error.strerror or error}.") from error


def _read(folder: Folder, file: Path, kind: type[R]) -> R:
    """One record.

    Raises:
        BadRecord: with file, line, what is wrong and what to write.
    """
    shown = folder.shown(file)
    text = _text(folder, file, shown)
    front, body, first = _parted(text, shown) if kind is Note else (text, None, 1)
    try:
        values: dict[str, object] = tomllib.loads(front)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = _LINE.search(str(error))
        line = first - 1 + (int(found[1]) if found else len(front.split("\n")))
        raise BadRecord(f"{shown}:{line}: this is not TOML ({str(error)[:200]}). {_undo(text)}") from error
    if body is not None:
        values["text"] = body
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise BadRecord(_sentence(shown, front, first, str(error))) from error


def _text(folder: Folder, file: Path, shown: str) -> str:
    try:
        if not file.resolve().is_relative_to(folder.root):
            raise BadRecord(f"{shown} leads out of the project. Remove the link.")
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadRecord(f"{shown} cannot be read: {error.strerror or error}.") from error
    if len(data) > MAX_BYTES:
        raise BadRecord(f"{shown} is larger than {MAX_BYTES:,} bytes, which no record is.")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadRecord(f"{shown}:{line}: this is not UTF-8. Save the file as UTF-8.") from error


def _undo(text: str) -> str:
    """Git's own marks are the usual reason."""
    if re.search(r"(?m)^(<{7}|={7}|>{7})", text):
        return "A merge was left half done there: keep one side and remove the marks."
    return 'A value is written as key = "text".'


def _parted(text: str, shown: str) -> tuple[str, str, int]:
    """Front matter, body and the line on which the front matter begins."""
    lines = text.split("\n")
    if lines[0].strip() != FENCE:
        raise BadRecord(f'{shown}:1: a note begins with a line "{FENCE}", its fields, and "{FENCE}" again.')
    end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == FENCE), 0)
    if not end:
        raise BadRecord(f'{shown}:{len(lines)}: the fields of the note do not end. Write a line "{FENCE}" after them.')
    return "\n".join(lines[1:end]), "\n".join(lines[end + 1 :]).strip(), 2


def _sentence(shown: str, front: str, first: int, error: str) -> str:
    """``goals/x.toml:3: "by" expected `date`, got `str`. Write a day, as by = 2026-12-31.``"""
    where = _WHERE.search(error)
    told = _WHERE.sub("", error)
    path = re.sub(r"\[.*", "", where[1]) if where else ""
    missing = re.search(r"(?:required|unknown) field `([^`]*)`", told)
    key = missing[1] if missing else path.rpartition(".")[2]
    line = _line_of(front, key if not told.startswith("Object missing") else path.rpartition(".")[2])
    known = path.split(".")[0] if path.split(".")[0] in _EXPECTED and key not in _EXPECTED else key
    if told.startswith("Object missing"):
        said = f'"{key}" is missing'
    elif told.startswith("Object contains unknown"):
        said = f'there is no key "{key}" here'
        known = ""
    else:
        said = f'"{key or path}": {told[:1].lower()}{told[1:]}'
    advice = f" Write {_EXPECTED[known]}." if known in _EXPECTED else _plain_advice(said, key)
    return f"{shown}:{first - 1 + line}: {said}.{advice}"


def _plain_advice(said: str, key: str) -> str:
    return " Remove it or mend its spelling." if said.startswith("there is no") else f' Write {key} = "text".'


def _line_of(front: str, key: str) -> int:
    """The line of a key, else the first."""
    if key:
        pattern = re.compile(rf"""\s*(\[{re.escape(key)}\]|["']?{re.escape(key)}["']?\s*=)""")
        for number, line in enumerate(front.split("\n"), 1):
            if pattern.match(line):
                return number
    return 1
