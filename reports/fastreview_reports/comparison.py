"""A comparison of two reviews: for the terminal, as Markdown, as a page, and as the comment of a pull request.

One view of sections and items feeds all of them; every text is plain until a renderer escapes it in its own way.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup
from rich.console import RenderableType
from rich.text import Text

from fastreview.compare import Comparison
from fastreview.compare.document import FindingChange, FindingKind, LevelChange, Stamp
from fastreview_reports import words
from fastreview_reports.html import digest
from fastreview_reports.markdown import code, plain, prose
from fastreview_reports.page import environment, resource
from fastreview_reports.terminal import WIDTH, draw, indent, title
from fastreview_reports.terminal import prose as bare
from fastreview_reports.text import one_line, safe_document

SHOWN = 40
"""Items of a section; JSON has them all."""
IN_COMMENT = 5
"""Findings that a comment shows; more are counted."""
ROUTES_IN_COMMENT = 20
MARKER = "<!-- fastreview:comment -->"
"""Hidden first line of a comment, by which the next run finds it and writes over it."""


class Item(NamedTuple):
    """``mark`` is a short name in front (a code, a sign), ``place`` is file and line or ""."""

    mark: str
    text: str
    place: str = ""
    note: str = ""


class Section(NamedTuple):
    title: str
    items: tuple[Item, ...]
    means: str = ""

    @property
    def shown(self) -> tuple[Item, ...]:
        return self.items[:SHOWN]

    @property
    def more(self) -> int:
        return max(0, len(self.items) - SHOWN)


class View(NamedTuple):
    """``sides`` head the columns of the levels: what was, what is."""

    heading: str
    sides: tuple[str, str]
    sentences: tuple[str, ...]
    cautions: tuple[str, ...]
    levels: tuple[tuple[str, str, str, str], ...]
    """Name, level before, level after, change of the index."""
    sections: tuple[Section, ...]


_KINDS: dict[FindingKind, tuple[str, str]] = {
    "new": ("New findings", ""),
    "revealed": ("Seen for the first time", "Their checks were not decided before, so they may be old."),
    "undecided": ("Neither here nor fixed", "They are gone, but their checks are not decided now."),
    "set-aside": ("Waived or accepted since", ""),
    "fixed": ("Fixed", ""),
    "moved": ("Moved", ""),
}


def view(comparison: Comparison) -> View:
    found = safe_document(comparison)
    sides = _named(found.before), _named(found.after)
    names = found.before.name, found.after.name
    if names[0] == names[1]:
        heading = f"{names[0]}: {sides[0]} to {sides[1]}" if all(sides) else f"{names[0]} before and after"
    else:
        heading = " to ".join(f"{name}, {side}" if side else name for name, side in zip(names, sides, strict=True))
    told = all(sides) and sides[0] != sides[1]
    return View(
        heading,
        (words.sentence(sides[0]), words.sentence(sides[1])) if told else ("Before", "After"),
        tuple(sentences(found)),
        found.cautions,
        tuple(_row(change) for change in (found.level, *found.dimensions)),
        tuple(section for section in _sections(found) if section.items),
    )


def _named(review: Stamp) -> str:
    """What was reviewed: a commit, or files that are in none; "" where there is no repository."""
    commit = review.commit[:8]
    if review.dirty:
        return f"work tree on {commit}" if commit else "work tree"
    return f"commit {commit}" if commit else ""


def sentences(found: Comparison) -> Iterator[str]:
    """What happened, in sentences: the level, what was won and lost, the findings, the contract."""
    level = found.level
    before, after = words.label(level.before), words.label(level.after)
    if level.steps:
        yield f"The level {'rose' if level.steps > 0 else 'fell'} from {before} to {after}."
    else:
        yield f"The level is {after}, as before; the index is {level.index_after:.1f}, was {level.index_before:.1f}."
    for won in (True, False):
        names = [words.dimension_label(d.dimension) for d in found.dimensions if d.steps and (d.steps > 0) is won]
        if names:
            yield f"{words.listing(names)} {'won' if won else 'lost'} a level."
    counts = {kind: len(found.of(kind)) for kind in ("new", "fixed", "persisting", "moved")}
    still = counts["persisting"] + counts["moved"]
    yield f"{words.number(counts['new'], 'new finding')}, {counts['fixed']} fixed, {still} still there."
    breaking = sum(route.breaking for route in found.routes)
    if found.routes:
        effect = f", {breaking} of them may break clients" if breaking else ""
        yield f"{words.number(len(found.routes), 'route')} changed{effect}."
    evidence = words.percent(found.evidence_before), words.percent(found.evidence_after)
    if evidence[0] != evidence[1]:
        yield f"Evidence is {evidence[1]}, was {evidence[0]}."


def _row(change: LevelChange) -> tuple[str, str, str, str]:
    name = words.dimension_label(change.dimension) if change.dimension else "Overall"
    before = words.label(change.before) if change.assessed_before else "Not assessed"
    after = words.label(change.after) if change.assessed_after else "Not assessed"
    return name, before, after, f"{change.index_after - change.index_before:+.1f}"


def _sections(found: Comparison) -> Iterator[Section]:
    yield Section("Contract", tuple(_routes(found)))
    gates = [
        Item(one.check, one.title, note=f"{one.before} to {one.after}")
        for one in found.outcomes
        if {one.before, one.after} <= {"met", "not-met", "unknown"}
    ]
    yield Section("Checks that came out differently", tuple(gates))
    for kind, (name, means) in _KINDS.items():
        yield Section(name, tuple(_finding(one) for one in found.of(kind)), means)
    for gained in (True, False):
        items = (
            Item(s.check, one_line(s.message), words.place(s.path, s.line), f"{s.count} places" if s.count > 1 else "")
            for s in found.strengths
            if s.gained is gained
        )
        yield Section("Strengths gained" if gained else "Strengths no longer shown", tuple(items))


_SIGNS = {"added": "+", "removed": "-", "moved": ">", "changed": "~"}


def _routes(found: Comparison) -> Iterator[Item]:
    for route in found.routes:
        text = f"{route.was} moved to {route.route}" if route.kind == "moved" else route.route
        details = "; ".join((*route.details, *(("may break clients",) if route.breaking else ())))
        yield Item(f"{_SIGNS[route.kind]} {route.kind}", text, words.place(route.path, route.line), details)


def _finding(change: FindingChange) -> Item:
    doubt = ", possible" if change.confidence == "possible" else ""
    note = f"{change.severity}{doubt}" + (f", was at {change.was}" if change.was else "")
    return Item(change.check, one_line(change.message), words.place(change.path, change.line), note)


def terminal(comparison: Comparison) -> bytes:
    """UTF-8 text of 80 columns."""
    return draw(lambda _: _blocks(view(comparison)), WIDTH, colour=False).encode()


def _blocks(shown: View) -> Iterator[RenderableType]:
    yield Text(shown.heading, style="bold")
    yield Text("")
    for sentence in shown.sentences:
        yield indent(Text(sentence))
    for caution in shown.cautions:
        yield indent(Text.assemble("Note: ", bare(caution)))
    yield title("Levels")
    yield indent(Text(f"{'':<22} {f'{shown.sides[0]} → {shown.sides[1]}':<48} index", style="dim"))
    for name, before, after, index in shown.levels:
        arrow = f"{before} → {after}" if before != after else after
        yield indent(Text(f"{name:<22} {arrow:<47} {index:>6}"))
    for section in shown.sections:
        yield title(f"{section.title} ({len(section.items)})")
        if section.means:
            yield indent(Text(section.means, style="dim"))
        for item in section.shown:
            note = f"({bare(item.note)})" if item.note else ""
            yield indent(Text(" ".join(filter(None, (item.mark, item.place, note)))))
            yield indent(bare(item.text), 4)
        if section.more:
            yield indent(Text(f"and {section.more} more"))


def markdown(comparison: Comparison) -> bytes:
    """UTF-8 Markdown (CommonMark with tables)."""
    return ("\n".join(_markdown(view(comparison))).rstrip("\n") + "\n").encode()


def _markdown(shown: View) -> Iterator[str]:
    yield from (f"# {plain(shown.heading)}", "")
    yield from (" ".join(plain(sentence) for sentence in shown.sentences), "")
    yield from _cautions(shown.cautions)
    yield from _levels(shown.levels, shown.sides)
    for section in shown.sections:
        yield from (f"## {section.title} ({len(section.items)})", "")
        yield from ((section.means, "") if section.means else ())
        yield from (_line(item) for item in section.shown)
        yield from ((f"- and {section.more} more",) if section.more else ())
        yield ""


def _cautions(cautions: Sequence[str]) -> Iterator[str]:
    for caution in cautions:
        yield from (f"> {prose(caution)}", "")


def _levels(rows: Sequence[tuple[str, str, str, str]], sides: tuple[str, str]) -> Iterator[str]:
    yield from (f"| | {plain(sides[0])} | {plain(sides[1])} | Index |", "|---|---|---|--:|")
    for name, before, after, index in rows:
        yield f"| {plain(name)} | {before} | {f'**{after}**' if before != after else after} | {index} |"
    yield ""


def _line(item: Item) -> str:
    note = f" ({plain(item.note)})" if item.note else ""
    place = f" {code(item.place)}" if item.place else ""
    return f"- {code(item.mark)}{place}{note}: {prose(item.text)}"


def comment(comparison: Comparison, gates: Sequence[str] = ()) -> bytes:
    """The comment of a pull request: the level's change, the contract's, the gravest new findings. ``gates`` are verdicts."""
    return ("\n".join(_comment(comparison, gates)).rstrip("\n") + "\n").encode()


def _comment(comparison: Comparison, gates: Sequence[str]) -> Iterator[str]:
    shown, found = view(comparison), safe_document(comparison)
    yield from (MARKER, f"### fastreview: {plain(shown.sentences[0].rstrip('.'))}", "")
    yield from (" ".join(plain(sentence) for sentence in shown.sentences[1:]), "")
    yield from (f"- {prose(gate)}" for gate in gates)
    if gates:
        yield ""
    yield from _cautions(shown.cautions)
    if changed := [row for row in shown.levels if row[1] != row[2]]:
        yield from _levels(changed, shown.sides)
    routes = next((section.items for section in shown.sections if section.title == "Contract"), ())
    if routes:
        yield from ("**Contract**", "")
        yield from (_line(item) for item in routes[:ROUTES_IN_COMMENT])
        rest = len(routes) - ROUTES_IN_COMMENT
        yield from ((f"- and {rest} more", "") if rest > 0 else ("",))
    new = [one for one in found.of("new") if one.confidence != "possible"]
    if new:
        yield from ("**New findings**", "")
        yield from (_line(_finding(one)) for one in new[:IN_COMMENT])
        rest = len(new) - IN_COMMENT
        yield from ((f"- and {rest} more", "") if rest > 0 else ("",))
    yield "_It assesses code, not people._"


def html(comparison: Comparison) -> bytes:
    """UTF-8 HTML: the section on a page of its own, without scripts and without network."""
    style = resource("assets", "comparison.css")
    policy = f"default-src 'none'; style-src '{digest(style)}'; base-uri 'none'; form-action 'none'"
    template = environment().get_template("comparison.html.j2")
    # A file of this package, without anything of the reviews in it.
    return (template.render(view=view(comparison), policy=policy, style=Markup(style)) + "\n").encode()  # noqa: S704


RENDER: dict[str, Callable[[Comparison], bytes]] = {
    "terminal": terminal,
    "markdown": markdown,
    "html": html,
    "comment": comment,
}
