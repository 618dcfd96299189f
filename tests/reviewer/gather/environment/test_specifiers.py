"""Other tools' version ranges in PEP 440."""

import pytest
from packaging.specifiers import SpecifierSet

from fastreview.gather.environment.specifiers import pep440


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^3.8", ">=3.8,<4"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1", ">=1,<2"),
        ("~=1.4", "~=1.4"),
        ("1.2.3", "==1.2.3"),
        ("1.2.*", "==1.2.*"),
        ("=1.2", "==1.2"),
        (">=1.0, <2.0", ">=1.0,<2.0"),
        ("(>=1.0)", ">=1.0"),
        ("*", ""),
        ("", ""),
        ("^1.0 || ^2.0", ""),
        ("latest", ""),
        ("^", ""),
    ],
)
def test_ranges(written: str, meant: str) -> None:
    assert SpecifierSet(pep440(written)) == SpecifierSet(meant)
