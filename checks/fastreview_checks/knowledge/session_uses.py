"""Every place that opens or commits a session while requests are answered, and what is wrong with it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fastreview.api import CallSite, Confidence, Place, Project, Related, Subject
from fastreview_checks.knowledge.session_lives import PROVIDER, Owner, held_by_module, opened, owners, per_call

RELATED = 4


class Fault(NamedTuple):
    """What a use does wrong, as the message of a finding; ``symbol`` tells the kinds apart."""

    symbol: str
    text: str
    related: tuple[Related, ...] = ()
    confidence: Confidence = Confidence.LIKELY


class SessionUse(Subject):
    """A call that opens a session, or commits what a request changed; ``fault`` is None where it does as it should."""

    unit = "use of a session"
    shown = False
    """Whether it stands for all of them where none is at fault: the first that opens a session for each request."""

    def __init__(self, site: CallSite, fault: Fault | None) -> None:
        self.site = site
        self.fault = fault

    @property
    def key(self) -> str:
        return f"{self.site.code.key} {self.site.call.method}"

    @property
    def place(self) -> Place:
        return self.site.place

    @classmethod
    def all_of(cls, project: Project) -> Sequence["SessionUse"]:
        sites = tuple(opened(project))
        committed = owners(project)
        faults = {id(site): fault for site, fault in (*_openings(project, sites), *_commits(project, committed))}
        found = [cls(site, faults.get(id(site))) for site in (*sites, *(s for one in committed for s in one.sites))]
        provider = next((use for use in found if getattr(use.site.code.facts, "yields", False)), None)
        if provider is not None and not faults:
            provider.shown = True
        return tuple(found)


def _openings(project: Project, sites: tuple[CallSite, ...]) -> Iterator[tuple[CallSite, Fault]]:
    for site in sites:
        if held_by_module(site) and "scoped" not in site.call.method:
            text = (
                "This session is opened when the module is imported and shared by all requests: the error of one rolls back "
                "the work of others. Open one per request in a dependency with `yield`."
            )
            yield site, Fault("global", text)
    alone = list(per_call(project, sites))
    if len(alone) < project.limits["DAT003.places"]:
        return
    for site, route in alone:
        others = tuple(Related(s.place, f"another one, in `{s.code.qualname}`") for s, _ in alone if s is not site)
        text = (
            f"`{site.code.qualname}` opens a session of its own while {route.key} is answered, as {len(others)} other "
            f"place{'s do' if len(others) > 1 else ' does'}: they do not share a transaction. Open one session per request "
            "in a dependency with `yield`, and hand it on."
        )
        yield site, Fault("per call", text, others[:RELATED])


def _commits(project: Project, committed: tuple[Owner, ...]) -> Iterator[tuple[CallSite, Fault]]:
    """The commits of all but one owner. Where the others commit now and then only, that is a question."""
    total = sum(len(owner.sites) for owner in committed)
    share = project.limits["DAT003.share"]
    real = [one for one in committed if len(one.sites) > share * total or one.who == PROVIDER]
    owner = real[0] if real else None
    for other in committed:
        if owner is None or other is owner:
            continue
        text = (
            f"Commits have more than one owner: {other.who} ({len(other.sites)}), as here, and {owner.who} "
            f"({len(owner.sites)}), so what belongs to one transaction depends on who calls whom. Commit in one layer only."
        )
        related = (Related(owner.sites[0].place, f"commit of {owner.who}"),)
        sure = Confidence.LIKELY if other in real else Confidence.POSSIBLE
        yield from ((site, Fault("owners", text, related, sure)) for site in other.sites)
