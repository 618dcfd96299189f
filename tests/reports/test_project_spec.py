"""A spec names a project and places of it, which may hold anything."""

import msgspec
from tests.reports.example import example

from fastreview.review import RelatedPlace
from fastreview.spec import project_spec
from fastreview_reports.project_spec import RENDER, blocks
from fastreview_reports.terminal import draw

HOSTILE = "x`</style><script>\u202e\x1b[31m| [a](http://evil.example) @all"


def test_names_of_the_project_stay_text() -> None:
    spec = project_spec(example())
    first = spec.milestones[0]
    place = RelatedPlace(f"{HOSTILE}.py", 3, f"ARC001 {HOSTILE}")
    subject = msgspec.structs.replace(first.subjects[0], gaps=(place,))
    milestones = (msgspec.structs.replace(first, subjects=(subject,)), *spec.milestones[1:])
    spec = msgspec.structs.replace(spec, project=HOSTILE, milestones=milestones)
    text = RENDER["markdown"](spec).decode()
    shown = draw(lambda _: blocks(spec), 80, colour=False)
    for rendered in (text, shown):
        assert "\u202e" not in rendered
        assert "\x1b" not in rendered
    assert "\n<script>" not in text
    assert "``x`</style><script>" in text
    assert RENDER["pdf"](spec).startswith(b"%PDF")
