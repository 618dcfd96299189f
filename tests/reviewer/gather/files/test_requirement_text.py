"""One requirement as it is written, in pip's way and in conda's."""

import pytest

from fastreview.gather.files.requirement_text import requirement


@pytest.mark.parametrize(
    ("text", "name", "specifier", "pinned"),
    [
        ("fastapi", "fastapi", "", False),
        ("FastAPI[all] >= 0.100, < 1  # why", "fastapi", ">=0.100,<1", False),
        ("Pydantic_Settings==2.1.0 ; python_version > '3.8'", "pydantic-settings", "==2.1.0", True),
        ("uvicorn==0.*", "uvicorn", "==0.*", False),
        ("foo (==1.0)", "foo", "==1.0", True),
        ("x @ git+https://host/x@0123456789abcdef0123456789abcdef01234567", "x",
         "@ git+https://host/x@0123456789abcdef0123456789abcdef01234567", True),
        ("git+https://host/y.git#egg=why", "why", "@ git+https://host/y.git#egg=why", False),
    ],
)  # fmt: skip
def test_a_requirement_line(text: str, name: str, specifier: str, pinned: object) -> None:
    found = requirement(text, "", "r.txt", 1)
    assert found is not None
    assert (found.name, found.specifier, found.pinned) == (name, specifier, pinned)


@pytest.mark.parametrize("text", ["", "https://host/wheel.whl", "<<<<<<< HEAD", "./local", "what is this"])
def test_what_is_no_requirement(text: str) -> None:
    assert requirement(text, "", "r.txt", 1) is None
