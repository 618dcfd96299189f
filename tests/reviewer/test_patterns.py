import pytest

from fastreview.patterns import path_pattern


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("legacy", "legacy/a.py", True),
        ("legacy/", "legacy", True),
        ("legacy", "app/legacy/a.py", False),
        ("**/generated.py", "generated.py", True),
        ("**/generated.py", "a/b/generated.py", True),
        ("app/*.py", "app/a.py", True),
        ("app/*.py", "app/b/a.py", False),
        ("app/**", "app/b/a.py", True),
        ("app/**/models.py", "app/models.py", True),
        ("app/?.py", "app/ab.py", False),
        ("a+b[c].py", "a+b[c].py", True),
        ("./app", "app/a.py", True),
    ],
)
def test_patterns(pattern: str, path: str, *, fits: bool) -> None:
    assert bool(path_pattern(pattern).match(path)) is fits
