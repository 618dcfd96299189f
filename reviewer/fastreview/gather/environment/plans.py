"""Ways to ask uv for what a project wants, and how a refusal changes them: from faithful to loose, step by step."""

import re

from msgspec import Struct
from msgspec.structs import replace

from fastreview.gather.distributions import MEGABYTES, SLOW_BUILDS, STAND_INS, WITH_WHEELS, distribution_name
from fastreview.gather.environment.uv import Failure

MAX_MEGABYTES = 2_000
"""Of packages that are known to be heavy; beyond it they are left out."""


class Changes(Struct, frozen=True):
    """What is asked for beyond the declarations: more requirements, bounds, another Python ("3.10")."""

    added: tuple[str, ...] = ()
    bounds: tuple[str, ...] = ()
    python: str = ""


class Plan(Struct, frozen=True):
    """One way to ask: what, what bounds it, what overrides everybody, whether what has no wheel may be built, and what is.

    ``notes`` and ``left_out`` say how it differs from what the project declares.
    """

    requirements: tuple[str, ...]
    constraints: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    builds: bool = False
    built: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    left_out: dict[str, str] = {}


def as_pinned(plan: Plan, bounds: tuple[str, ...]) -> Plan:
    """The pinned versions whether or not they fit together: as `pip freeze` wrote them, somebody had them installed."""
    note = "versions that exclude one another were installed as they are pinned"
    # An override replaces the markers of whoever asks for the package: only lines with their own markers will do.
    changed = {distribution_name(bound) for bound in bounds}
    pinned = tuple(line for line in plan.requirements if "==" in line.partition(";")[0])
    forced = tuple(re.sub(r"\[[^\]]*\]", "", line) for line in pinned if distribution_name(line) not in changed)
    return replace(plan, overrides=forced, notes=(note,))


def of_same_major(plan: Plan, bounds: tuple[str, ...]) -> Plan:
    """At least the pinned versions, below the next major one."""
    note = "pinned versions cannot be installed: newer ones of the same major version were taken"
    loosened = tuple(_loosened(line, bounds) for line in plan.requirements)
    return replace(plan, requirements=loosened, constraints=bounds, notes=(note,))


def newest(plan: Plan, bounds: tuple[str, ...]) -> Plan:
    """Nothing but the names."""
    note = "pinned versions cannot be installed: the newest were taken"
    names = tuple(re.split(r"[=<>!~; ]", line, maxsplit=1)[0] for line in plan.requirements)
    return replace(plan, requirements=names, constraints=bounds, notes=(note,))


def wheels(plan: Plan) -> list[str]:
    """Options of uv: nothing is built but what the plan names."""
    return ["--only-binary", ":all:", *(word for name in plan.built for word in ("--no-binary", name))]


def repaired(plan: Plan, refused: Failure) -> Plan | None:
    """The plan with what the index does not have left out or loosened; None where that is not what went wrong."""
    name = distribution_name(refused.name)
    if refused.kind in ("missing", "system") and name:
        return dropping(plan, name, refused.reason)
    if name and (refused.kind == "absent" or (refused.kind == "source" and plan.builds and name in SLOW_BUILDS)):
        note = f"another version of {refused.name} was taken: {refused.reason}"
        requirements = _without_bounds(plan.requirements, name)
        constraints = tuple(line for line in plan.constraints if distribution_name(line) != name)
        overrides = tuple(line for line in plan.overrides if distribution_name(line) != name)
        if (requirements, constraints, overrides) != (plan.requirements, plan.constraints, plan.overrides):
            return replace(
                plan, requirements=requirements, constraints=constraints, overrides=overrides, notes=(*plan.notes, note)
            )
    if refused.kind == "source" and (other := WITH_WHEELS.get(name)):
        return _instead(plan, name, other)
    if refused.kind == "source" and name and name not in map(distribution_name, plan.built) and plan.builds:
        return replace(plan, built=(*plan.built, refused.name))
    return None


def dropping(plan: Plan, name: str, why: str) -> Plan | None:
    """The plan without ``name``, whoever asks for it."""
    if never(name) in plan.overrides:
        return None
    requirements = tuple(line for line in plan.requirements if distribution_name(line) != name)
    other = STAND_INS.get(name, "")
    return replace(
        plan,
        requirements=(*requirements, other) if other else requirements,
        overrides=(*(line for line in plan.overrides if distribution_name(line) != name), never(name)),
        notes=(*plan.notes, f"{other} stands in for {name}") if other else plan.notes,
        left_out={**plan.left_out, name: why},
    )


def _instead(plan: Plan, name: str, other: str) -> Plan | None:
    """``other`` wherever the plan names ``name``; None where it is a package between that asks for it."""

    def renamed(lines: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_renamed(line, name, other) for line in lines)

    if renamed(plan.requirements) == plan.requirements:
        return None
    note = f"{other} was installed instead of {name}: it has wheels"
    return replace(
        plan,
        requirements=renamed(plan.requirements),
        constraints=renamed(plan.constraints),
        overrides=renamed(plan.overrides),
        notes=(*plan.notes, note),
    )


def _renamed(line: str, name: str, other: str) -> str:
    """A requirement of ``other`` for one of ``name``, which an extra may ask for too: ``psycopg[c]`` is psycopg-c."""
    if distribution_name(line) == name:
        return other + line[len(_bare_name(line)) :]
    package, _, extra = name.rpartition("-")
    if package and other.startswith(f"{package}-") and distribution_name(line) == package:
        return re.sub(rf"(?<=[\[,])\s*{re.escape(extra)}\s*(?=[\],])", other.removeprefix(f"{package}-"), line, count=1)
    return line


def _bare_name(line: str) -> str:
    found = re.match(r"[\w.-]+", line)
    return found[0] if found else ""


def _bare(line: str) -> str:
    found = re.match(r"([\w.-]+(?:\[[^\]]*\])?)[^;]*(;.*)?", line)
    return f"{found[1]} {found[2] or ''}".strip() if found else line


def _without_bounds(requirements: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Requirements of ``name`` without their versions; of several that contradict one another the last keeps its own: it
    was learnt from what failed without it."""
    places = [place for place, line in enumerate(requirements) if distribution_name(line) == name]
    loosened = frozenset(places[:-1] if any(_bare(requirements[n]) != requirements[n] for n in places[:-1]) else places)
    return tuple(_bare(line) if place in loosened else line for place, line in enumerate(requirements))


def _loosened(line: str, bounds: tuple[str, ...]) -> str:
    """``name==1.2.3`` as ``name>=1.2.3,<2``; a release before the first keeps no upper bound."""
    found = re.match(r"([\w.-]+(?:\[[^\]]*\])?)\s*={2,3}\s*v?(\d+)((?:\.\d+)*)\S*(.*)", line)
    if found is None or any(distribution_name(bound) == distribution_name(line) for bound in bounds):
        return line if found is None else _bare(line)
    upper = f",<{int(found[2]) + 1}" if int(found[2]) else ""
    return f"{found[1]}>={found[2]}{found[3]}{upper}{found[4]}"


def heavy(resolved: str) -> tuple[str, ...]:
    """The heavy packages of a resolution, where they exceed the bound together."""
    names = {distribution_name(line) for line in resolved.splitlines()}
    found = [name for name in MEGABYTES if name in names]
    return tuple(found) if sum(MEGABYTES[name] for name in found) > MAX_MEGABYTES else ()


def never(name: str) -> str:
    """An override that asks for ``name`` on no Python: nobody's requirement of it counts."""
    return f'{name} ; python_version < "0"'


def excluding(plan: Plan, names: tuple[str, ...]) -> Plan:
    why = f"with it there would be more than {MAX_MEGABYTES / 1000:g} GB of packages"
    for name in names:
        plan = dropping(plan, name, why) or plan
    return plan
