"""Every place that opens or commits a session while requests are answered, and what is wrong with it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fastreview.api import CallSite, Confidence, Place, Project, Related, Subject
from fastreview_checks.knowledge.data.session_lives import (
    MANAGER,
    PROVIDER,
    Owner,
    held_by_module,
    kept_by_instance,
    opened,
    owners,
    per_call,
)


class Fault(NamedTuple):
    """What a use does wrong, as the message of a finding; ``symbol`` tells the kinds apart."""

    symbol: str
    text: str
    related: tuple[Related, ...] = ()
    confidence: Confidence = Confidence.LIKELY
    at: Place | None = None
    """Where it is told, if not at the use itself."""


SEVERAL = 3
"""From so many on, what is wrong in the same way is told at the first place."""


class SessionUse(Subject):
    """A function, or a module, that opens sessions or commits what a request changed: ``site`` is the first call that does.
    ``fault`` is None where it does as it should."""

    unit = "use of a session"
    shown = False
    """Whether it stands for all of them where none is at fault: the first that opens a session for each request."""

    def __init__(self, site: CallSite, kind: str, fault: Fault | None) -> None:
        self.site = site
        self.kind = kind
        self.fault = fault

    @property
    def key(self) -> str:
        return f"{self.site.code.key or self.site.code.module.name} {self.kind}"

    @property
    def place(self) -> Place:
        return self.site.place if self.fault is None or self.fault.at is None else self.fault.at

    @classmethod
    def all_of(cls, project: Project) -> Sequence["SessionUse"]:
        sites = tuple(opened(project))
        committed = owners(project)
        faults = {id(site): fault for site, fault in (*_openings(project, sites), *_commits(project, committed))}
        made = [(site, "opens") for site in sites]
        made += [(site, "commits") for one in committed for site in one.sites]
        uses: dict[tuple[int, str], SessionUse] = {}
        for site, kind in made:
            use = uses.setdefault((id(site.code), kind), cls(site, kind, faults.get(id(site))))
            use.fault = use.fault or faults.get(id(site))
        found = tuple(uses.values())
        provider = next((use for use in found if getattr(use.site.code.facts, "yields", False)), None)
        if provider is not None and not faults:
            provider.shown = True
        return found


def _openings(project: Project, sites: tuple[CallSite, ...]) -> Iterator[tuple[CallSite, Fault]]:
    for site in sites:
        if held_by_module(site) and "scoped" not in site.call.method:
            text = (
                "This session is opened when the module is imported and shared by all requests: the error of one rolls back "
                "the work of others. Open one per request in a dependency with `yield`."
            )
            yield site, Fault("global", text)
        elif maker := kept_by_instance(site, project):
            text = (
                f"`{maker.call.method}` opens this session once, when a module is imported, and all requests share it: the "
                "error of one rolls back the work of others. Open one per request in a dependency with `yield`."
            )
            yield site, Fault("global", text, (Related(maker.place, f"the one `{maker.call.method}` is made here"),))
    alone = list(per_call(project, sites))
    if len(alone) < project.limits["DAT003.places"]:
        return
    (first, route), *_ = alone
    more = len(alone) - 1
    text = (
        f"`{first.code.qualname}` opens a session of its own while {route.key} is answered, as {more} other "
        f"place{'s do' if more > 1 else ' does'}: they do not share a transaction. Open one session per request in a "
        "dependency with `yield`, and hand it on."
    )
    related = tuple(Related(site.place, f"another one, in `{site.code.qualname}`") for site, _ in alone[1:])
    fault = Fault("per call", text, related, at=first.place)
    yield from ((site, fault) for site, _ in alone)


def _commits(project: Project, committed: tuple[Owner, ...]) -> Iterator[tuple[CallSite, Fault]]:
    """The commits of all but one owner. Where the others commit now and then only, that is a question."""
    total = sum(len(owner.sites) for owner in committed)
    share = project.limits["DAT003.share"]
    real = [one for one in committed if len(one.sites) > share * total or one.who == PROVIDER]
    owner = real[0] if real else None
    for other in committed:
        if owner is None or other is owner or (other.who == MANAGER and other not in real):
            continue
        text = (
            f"Commits have more than one owner: {other.who} ({len(other.sites)}), as here, and {owner.who} "
            f"({len(owner.sites)}), so what belongs to one transaction depends on who calls whom. Commit in one layer only."
        )
        related = (Related(owner.sites[0].place, f"commit of {owner.who}"),)
        sure = Confidence.LIKELY if other in real else Confidence.POSSIBLE
        fault = Fault("owners", text, related, sure, _together(other.sites))
        yield from ((site, fault) for site in other.sites)


def _together(sites: Sequence[CallSite]) -> Place | None:
    """One way to work is told once, not hundreds of times."""
    return sites[0].place if len(sites) >= SEVERAL else None
