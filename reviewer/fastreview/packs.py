"""Check packs: found by entry point, read from their folders, chosen from by name.

A pack is an import package named by an entry point of the group ``fastreview.packs``:

    [project.entry-points."fastreview.packs"]
    builtin = "fastreview_checks"

Nothing is registered in it. Each module ``<package>/<dimension>/<slug_with_underscores>.py`` holds exactly one check
of that slug and dimension; modules and folders of other names (``_shared.py``, ``fixes``) are the pack's own business.
``thresholds.toml`` beside them is one table of numbers per check: ``tolerance`` (the share of subjects that may fail a
gate, 0 to 1) and ``cap`` (their largest number) go into the check, every other key is a limit that the check reads as
``project.limits["ARC002.complexity"]``.
"""

import json
import pkgutil
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from hashlib import blake2b
from importlib import import_module
from importlib.resources import files
from types import ModuleType

from msgspec import Struct, structs

from fastreview.check import Check, Kind
from fastreview.errors import BadConfiguration, BrokenPack, UnknownCheck
from fastreview.installed import check_packs
from fastreview.outcome import Level
from fastreview.scoring.rules import CORE, PROFILE_ONLY

THRESHOLDS = "thresholds.toml"
DIMENSIONS = (*CORE, *PROFILE_ONLY)
LEVELS = (1, 2, 3)


class Ruleset(Struct, frozen=True):
    """Checks by dimension, level and code, thresholds applied. ``limits`` has keys like ``ARC002.complexity``."""

    checks: tuple[Check, ...]
    limits: dict[str, float]


def load(packages: Iterable[str] | None = None) -> Ruleset:
    """Imports all checks of the given packs, by default of all installed ones. Pages are not read.

    Raises:
        BrokenPack: when a pack breaks the rules above, or two checks have the same code or slug.
    """
    loaded = [_load(package) for package in (check_packs() if packages is None else packages)]
    checks = [check for ruleset in loaded for check in ruleset.checks]
    for names, what in (([check.code for check in checks], "code"), ([check.slug for check in checks], "slug")):
        doubled = [name for name, count in Counter(names).items() if count > 1]
        if doubled:
            modules = " and ".join(check.module for check in checks if doubled[0] in {check.code, check.slug})
            raise BrokenPack(f"The {what} {doubled[0]} is used by {modules}; give one of them another.")
    checks.sort(key=lambda check: (DIMENSIONS.index(check.dimension), check.level, check.code))
    return Ruleset(tuple(checks), {key: value for ruleset in loaded for key, value in ruleset.limits.items()})


def configured(
    ruleset: Ruleset, thresholds: Mapping[str, Mapping[str, float]], levels: Mapping[str, str]
) -> tuple[Ruleset, tuple[str, ...]]:
    """The rules with a project's own numbers and levels, and one sentence for each that differs from the standard.

    Raises:
        UnknownCheck: for a code that no check has.
        BadConfiguration: for a number that the check does not have, or that cannot be.
    """
    checks = {check.code: check for check in ruleset.checks}
    limits = dict(ruleset.limits)
    told: list[str] = []
    for code, table in sorted(thresholds.items()):
        check = checks[_known_code(ruleset, code)]
        gate = {"tolerance": check.tolerance, "cap": float(check.cap)} if check.kind is Kind.GATE else {}
        own = {name.removeprefix(f"{code}."): value for name, value in limits.items() if name.startswith(f"{code}.")}
        standard = gate | own
        for name, value in sorted(table.items()):
            if name not in standard:
                has = f"has {', '.join(standard)}" if standard else "has none"
                raise BadConfiguration(f'thresholds.{code}: there is no number "{name[:60]}", {code} {has}.')
            if value != standard[name]:
                told.append(f"{code} {name} is {value:g} (standard {standard[name]:g})")
        limits |= {f"{code}.{name}": float(value) for name, value in table.items() if name not in gate}
        checks[code] = _with_thresholds(check, gate | {k: v for k, v in table.items() if k in gate} if gate else {})
    for code, word in sorted(levels.items()):
        check = checks[_known_code(ruleset, code)]
        level = Level[word.upper()]
        if check.kind is Kind.NEVER and level != 1:
            raise BadConfiguration(f"levels.{code}: a never-event stays where it is, at intermediate.")
        if level != check.level:
            told.append(f"{code} is asked at {word} (standard {Level(check.level).word})")
            checks[code] = structs.replace(check, level=int(level))
    ordered = sorted(checks.values(), key=lambda check: (DIMENSIONS.index(check.dimension), check.level, check.code))
    return Ruleset(tuple(ordered), limits), tuple(told)


def _known_code(ruleset: Ruleset, code: str) -> str:
    codes = [check.code for check in ruleset.checks]
    if code in codes:
        return code
    close = get_close_matches(code, codes, n=1, cutoff=0.5)
    hint = f'Did you mean "{close[0]}"?' if close else "`fastreview checks` lists them all."
    raise UnknownCheck(f'No check has the code "{code[:60]}". {hint}')


def select(checks: Sequence[Check], select: Collection[str] = (), ignore: Collection[str] = ()) -> tuple[Check, ...]:
    """The checks that ``select`` names (all, when it is empty) and ``ignore`` does not.

    A name is a code, a slug, a dimension or the beginning of codes (``SEC``, ``SEC01``), in any case.

    Raises:
        UnknownCheck: for a name that fits no check, with the closest one that does.
    """
    chosen = {code for name in select for code in _codes(checks, name)} if select else {check.code for check in checks}
    chosen -= {code for name in ignore for code in _codes(checks, name)}
    return tuple(check for check in checks if check.code in chosen)


def ruleset_digest(checks: Iterable[Check], limits: Mapping[str, float]) -> str:
    """Identifies what was asked of the project, 16 hexadecimal digits: the checks' declarations and all thresholds.

    Reviews with different digests were measured by different rulers. What a check's code does is covered by the
    version of the tool that the review also carries.
    """
    declared = [
        [
            *(
                check.code,
                check.slug,
                check.dimension,
                check.level,
                check.kind.value,
                check.weight,
                check.severity.value,
            ),
            *(check.each.unit, [side.value for side in check.needs], check.tolerance, check.cap),
        ]
        for check in sorted(checks, key=lambda check: check.code)
    ]
    text = json.dumps([declared, sorted((name, float(value)) for name, value in limits.items())])
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _codes(checks: Sequence[Check], name: str) -> list[str]:
    wanted = name.strip()
    lower, upper = wanted.lower(), wanted.upper()
    exact = [check.code for check in checks if upper == check.code or lower in {check.slug, check.dimension}]
    codes = exact or [check.code for check in checks if upper and check.code.startswith(upper)]
    if codes:
        return codes
    known = [
        *dict.fromkeys(check.dimension for check in checks),
        *(check.slug for check in checks),
        *(check.code.lower() for check in checks),
    ]
    close = get_close_matches(lower, known, n=1, cutoff=0.5)
    nearest = close[0].upper() if close and close[0].upper() in {check.code for check in checks} else "".join(close)
    hint = f'Did you mean "{nearest}"?' if close else "`fastreview checks` lists them all."
    raise UnknownCheck(f'No check has the code, slug, dimension or prefix "{wanted[:60]}". {hint}')


def _load(package: str) -> Ruleset:
    root = _import(package)
    checks = [_only_check(_import(name), package) for name in _module_names(root)]
    tables = _thresholds(package)
    return Ruleset(
        tuple(_with_thresholds(check, tables.get(check.code, {})) for check in checks),
        {
            f"{code}.{key}": value
            for code, table in tables.items()
            for key, value in table.items()
            if key not in {"tolerance", "cap"}
        },
    )


def _module_names(root: ModuleType) -> Iterator[str]:
    for folder in pkgutil.iter_modules(root.__path__):
        if folder.ispkg and folder.name in DIMENSIONS:
            dimension = _import(f"{root.__name__}.{folder.name}")
            for module in pkgutil.iter_modules(dimension.__path__):
                if not module.name.startswith("_"):
                    yield f"{dimension.__name__}.{module.name}"


def _import(name: str) -> ModuleType:
    try:
        return import_module(name)
    except BrokenPack:
        raise
    except Exception as error:
        raise BrokenPack(f"{name} of a check pack cannot be imported: {type(error).__name__}: {error}.") from error


def _only_check(module: ModuleType, package: str) -> Check:
    """The check that the module defines; ones that it imports do not count."""
    name = module.__name__
    own = [value for value in vars(module).values() if isinstance(value, Check) and value.module == name]
    if len(own) != 1:
        raise BrokenPack(f"{name} must hold exactly one check, it holds {len(own)}.")
    [check] = own
    dimension, _, stem = name.removeprefix(f"{package}.").partition(".")
    if check.slug.replace("-", "_") != stem:
        raise BrokenPack(f"{name} holds the check {check.slug}: name its function {stem}.")
    if check.dimension != dimension:
        raise BrokenPack(f"{name} says that {check.code} is of the dimension {check.dimension}: move it there.")
    if check.level not in LEVELS or (check.kind is Kind.NEVER and check.level != 1):
        raise BrokenPack(
            f"{name} puts {check.code} on level {check.level}: it must be 1, 2 or 3, and 1 for a never-event."
        )
    return check


def _thresholds(package: str) -> dict[str, dict[str, float]]:
    table = files(package).joinpath(THRESHOLDS)
    if not table.is_file():
        return {}
    try:
        content: dict[str, object] = tomllib.loads(table.read_text("utf-8"))
    except ValueError as error:
        raise BrokenPack(f"{package}/{THRESHOLDS} is not TOML: {error}.") from error
    return {code: _numbers(code, entries, package) for code, entries in content.items()}


def _numbers(code: str, entries: object, package: str) -> dict[str, float]:
    if not isinstance(entries, dict):
        raise BrokenPack(f"{package}/{THRESHOLDS} must hold one table per check, {code} is not one.")
    for key, value in entries.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BrokenPack(f"{package}/{THRESHOLDS}: {code}.{key} must be a number.")
    return entries


def _with_thresholds(check: Check, table: Mapping[str, float]) -> Check:
    if "tolerance" not in table and "cap" not in table:
        return check
    tolerance, cap = table.get("tolerance", 0.0), table.get("cap", 0)
    if check.kind is not Kind.GATE:
        raise BrokenPack(
            f"{THRESHOLDS} gives {check.code} a tolerance, but only gates have one: it is a {check.kind.value}."
        )
    if (tolerance, cap) == (0, 0):
        return structs.replace(check, tolerance=0.0, cap=0)
    if not 0 < tolerance < 1 or cap < 1 or cap != int(cap):
        raise BrokenPack(f"{THRESHOLDS}: {check.code} needs a tolerance between 0 and 1 and a cap of at least 1.")
    return structs.replace(check, tolerance=float(tolerance), cap=int(cap))
