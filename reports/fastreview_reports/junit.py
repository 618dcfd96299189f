"""JUnit XML: a suite per dimension, a case per check. What is unknown is skipped with its reason, never passed.

The format is that of https://github.com/testmoapp/junitxml, which CI systems read alike.
"""

from collections import defaultdict
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from fastreview.review import FindingEntry, OutcomeEntry, Review
from fastreview_reports import words
from fastreview_reports.selection import headline
from fastreview_reports.text import one_line, safe

SHOWN = 20
"""Findings named in one failure."""


def render(review: Review) -> bytes:
    """UTF-8 XML."""
    review = safe(review)
    findings: dict[str, list[FindingEntry]] = defaultdict(list)
    for finding in review.findings:
        if finding.status == "open" and finding.confidence != "possible":
            findings[finding.check].append(finding)
    outcomes = [outcome for outcome in review.outcomes if outcome.state != "not-applicable"]
    root = Element("testsuites", {"name": "fastreview", **_totals(outcomes)})
    properties = SubElement(root, "properties")
    level = review.level
    for name, value in (
        ("headline", headline(review)),
        ("proven", level.proven),
        ("possible", level.possible),
        ("evidence", words.percent(level.evidence)),
        ("index", f"{level.index:.1f}"),
    ):
        SubElement(properties, "property", {"name": name, "value": value})
    for dimension in dict.fromkeys(outcome.dimension for outcome in outcomes):
        of_dimension = [outcome for outcome in outcomes if outcome.dimension == dimension]
        suite = SubElement(root, "testsuite", {"name": dimension, **_totals(of_dimension)})
        for outcome in of_dimension:
            _case(suite, outcome, findings[outcome.check])
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _totals(outcomes: list[OutcomeEntry]) -> dict[str, str]:
    return {
        "tests": str(len(outcomes)),
        "failures": str(sum(outcome.state == "not-met" for outcome in outcomes)),
        "errors": str(sum(outcome.state == "crashed" for outcome in outcomes)),
        "skipped": str(sum(outcome.state in {"unknown", "off"} for outcome in outcomes)),
    }


def _case(suite: Element, outcome: OutcomeEntry, findings: list[FindingEntry]) -> None:
    case = SubElement(
        suite,
        "testcase",
        {"classname": f"fastreview.{outcome.dimension}.{outcome.level}", "name": f"{outcome.check} {outcome.slug}"},
    )
    reason = one_line(outcome.reason) or words.tally(outcome)
    match outcome.state:
        case "not-met":
            failure = SubElement(
                case, "failure", {"type": outcome.kind, "message": words.tally(outcome) or outcome.title}
            )
            lines = [f"{f.path}:{f.line}: {f.severity}: {one_line(f.message)}" for f in findings[:SHOWN]]
            lines += [f"and {len(findings) - SHOWN} more"] if len(findings) > SHOWN else []
            failure.text = "\n".join([outcome.title, *lines])
        case "crashed":
            SubElement(case, "error", {"type": "crashed", "message": reason})
        case "unknown" | "off":
            SubElement(case, "skipped", {"message": f"{outcome.state}: {reason}" if reason else outcome.state})
