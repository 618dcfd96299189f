"""README and its kin."""

from fastreview.gather.files.texts import headings

from .conftest import Gather


def test_headings_of_markdown_and_restructured_text() -> None:
    text = "# One #\n```sh\n# not a heading\n```\nTwo\n---\n\n***\n## Three\n<h2 align='x'>Four</h2>\nFive\n====\n"
    assert headings(text) == ("One", "Two", "Three", "Four", "Five")


def test_kinds(gather: Gather) -> None:
    facts = gather(
        {
            "LICENSE": "MIT\n",
            "CODEOWNERS": "* @me\n",
            "service/README.md": "# Hi\nrun me\n",
            "service/docs/deployment.md": "# Deploy\n",
            "service/docs/design/colours.md": "# No\n",
            "service/app/data/README.md": "# too deep\n",
            "service/readme.py": "",
            ".github/SECURITY.md": "# S\n",
            "neighbour/README.md": "# N\n",
        },
        "service",
    )
    assert [(found.path, found.kind) for found in facts.texts] == [
        ("README.md", "readme"),
        ("docs/deployment.md", "docs"),
        ("../CODEOWNERS", "codeowners"),
        ("../LICENSE", "license"),
        ("../.github/SECURITY.md", "security"),
    ]
    assert facts.texts[0].text == "# Hi\nrun me\n"
    assert facts.texts[3].text == ""
