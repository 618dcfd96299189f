"""Which modules of a project rely on annotations that are not evaluated at import."""

import subprocess
import sys
import time
import uuid

import pytest

from fastreview.probe.newer import names_what_follows, uuid7

FOLLOWING = (
    "x: Later\nclass Later: ...",
    "class Node:\n    def next(self) -> Node: ...",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a import B\ndef f(x: list[B]): ...",
    "import typing as t\nif t.TYPE_CHECKING:\n    import a\nasync def f(*, x: a.B = 1): ...",
    "class A:\n    b: B\n    c: int\nclass B: ...",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a import B\ndef f():\n    def g(x: B): ...\n    return g",
    "if 1:\n    def f(*a: B): ...\nB = int",
)
BOUND = (
    "",
    "x = (",
    "from a import *\nx: Anything",
    "import a.b\nT = 1\ndef f(x: a.b, y: T, *z: int) -> 'Later': ...",
    "for i in []:\n    j: i = 1",
    "try: pass\nexcept E as e:\n    q: e",
    "with open(f) as k:\n    l: k = 1",
    "def f():\n    def g(x: Later): ...\n    y: Other\nclass Later: ...",
    "def f(kind):\n    for other in []: pass\n    def g(x: kind, y: other) -> int: ...",
    "class B:\n    C = 1\n    d: C\n    def e(self, x: d) -> C: ...",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a import B\nelse:\n    B = int\nx: B",
    "while (n := 1):\n    x: n",
)


@pytest.mark.parametrize("source", FOLLOWING)
def test_annotation_that_names_what_follows(source: str) -> None:
    assert names_what_follows(source)


@pytest.mark.parametrize("source", BOUND)
def test_annotations_that_can_be_evaluated(source: str) -> None:
    assert not names_what_follows(source)


def test_uuid7_is_of_its_version_and_ordered_by_time() -> None:
    first, second = uuid7(), uuid7()

    assert (first.version, first.variant) == (7, uuid.RFC_4122)
    assert first != second
    assert abs((first.int >> 80) / 1000 - time.time()) < 60


def test_compression_is_there_to_be_imported() -> None:
    program = (
        "from fastreview.probe.newer import add_compression\nadd_compression()\n"
        "from compression import gzip, zstd\nfrom compression.zstd import ZstdError\nimport compression.bz2\n"
        "assert gzip.decompress(gzip.compress(b'x')) == b'x'\nassert issubclass(ZstdError, Exception)\n"
    )

    subprocess.run([sys.executable, "-c", program], check=True)
