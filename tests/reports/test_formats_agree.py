"""Every format tells the same verdict and the same numbers, and the machine formats are what their readers expect."""

import json
import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from tests.reports.example import HOSTILE, example, hostile

from fastreview.review import Review, decode
from fastreview_reports import FORMATS, github, gitlab, html, junit, markdown, sarif, terminal, words
from fastreview_reports import json as json_report

REVIEW = example()
OPEN = [finding for finding in REVIEW.findings if finding.status == "open"]
SURE = [finding for finding in OPEN if finding.confidence != "possible"]
HEADLINE = words.headline(REVIEW.level)
INDEX = f"{REVIEW.level.index:.1f}"
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u206f\ufeff]")
hostile_text = pytest.mark.parametrize("text", HOSTILE, ids=[f"hostile{n}" for n in range(len(HOSTILE))])


def junit_of(review: Review) -> ElementTree.Element:
    return ElementTree.fromstring(junit.render(review))  # noqa: S314 - our own document


def test_level_and_index_are_the_same_everywhere() -> None:
    for text in (terminal.render(REVIEW), markdown.render(REVIEW), html.render(REVIEW)):
        flat = re.sub(r"\s+", " ", text.decode())
        assert HEADLINE in flat
        assert INDEX in flat
    first = github.render(REVIEW).decode().splitlines()[0]
    assert HEADLINE in first.replace("%25", "%")
    assert f"Index {INDEX} of 100" in first
    properties = {p.get("name"): p.get("value") for p in junit_of(REVIEW).iter("property")}
    assert (properties["headline"], properties["index"]) == (HEADLINE, INDEX)
    run = json.loads(sarif.render(REVIEW))["runs"][0]["properties"]
    assert (run["headline"], run["index"]) == (HEADLINE, REVIEW.level.index)
    assert decode(json_report.render(REVIEW)).level == REVIEW.level


def test_counts_of_findings_agree() -> None:
    run = json.loads(sarif.render(REVIEW))["runs"][0]
    shown = [result for result in run["results"] if "suppressions" not in result]
    assert len(shown) == len(OPEN)
    assert sum(result["kind"] == "fail" for result in shown) == len(SURE)
    issues = json.loads(gitlab.render(REVIEW))
    assert Counter(issue["severity"] for issue in issues) == Counter(finding.severity for finding in SURE)
    said = github.render(REVIEW).decode().splitlines()[0]
    for severity, count in Counter(finding.severity for finding in SURE).items():
        assert f"{count} {severity}" in said


def test_counts_of_checks_agree() -> None:
    root = junit_of(REVIEW)
    states = Counter(outcome.state for outcome in REVIEW.outcomes)
    assert int(root.get("failures", "")) == states["not-met"] == len(root.findall(".//failure"))
    assert int(root.get("errors", "")) == states["crashed"] == len(root.findall(".//error"))
    assert int(root.get("skipped", "")) == states["unknown"] + states["off"] == len(root.findall(".//skipped"))
    assert int(root.get("tests", "")) == len(REVIEW.outcomes) - states["not-applicable"]


def test_sarif_is_valid(npm_packages: Path) -> None:
    schema = json.loads((npm_packages / "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json").read_bytes())
    validator = jsonschema.validators.validator_for(schema)(schema)
    for review in (REVIEW, example(3), *(hostile(text) for text in HOSTILE)):
        errors = [error.message for error in validator.iter_errors(json.loads(sarif.render(review)))]
        assert errors == []


def test_sarif_tells_chains_and_fingerprints() -> None:
    run = json.loads(sarif.render(REVIEW))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    for finding, result in zip(REVIEW.findings, run["results"], strict=True):
        assert rules[result["ruleIndex"]]["id"] == finding.check
        assert result["partialFingerprints"] == {"fastreview/v1": finding.fingerprint}
        assert len(result.get("relatedLocations", ())) == len(finding.related)


def test_github_shows_the_worst_ten_of_a_kind() -> None:
    lines = github.render(example(5)).decode().splitlines()
    kinds = Counter(line.split(" ")[0] for line in lines)
    assert all(count <= github.PER_KIND for count in kinds.values())
    assert kinds["::error"] == github.PER_KIND


def test_gitlab_fingerprints_are_unique() -> None:
    issues = json.loads(gitlab.render(example(5)))
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)


@hostile_text
def test_machine_formats_are_not_steered(text: str) -> None:
    review = hostile(text)
    for entry in FORMATS:
        if entry.name in {"sarif", "junit", "github", "gitlab"}:
            document = entry.render(review).decode()
            assert not ACTING.search(document), entry.name
            assert document == entry.render(review).decode()
    for line in github.render(review).decode().splitlines():
        assert re.match(r"::(error|warning|notice) title=", line)
        assert line.count("::") == 2 or "::" in line.split("::", 2)[2]
    assert junit_of(review).tag == "testsuites"
    for result in json.loads(sarif.render(review))["runs"][0]["results"]:
        for location in result.get("locations", ()):
            address = location["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"[\w./%~-]*", address), address
