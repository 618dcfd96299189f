"""Real files made hostile: the gatherer always answers, the answer survives its serialisation, and no check crashes."""

import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.benchmarks.mutations import gathered, mutated, review

from fastreview.gather import newer_syntax
from fastreview.gather.module import module_facts

SAMPLES = Path(__file__).parents[3] / "samples"
FILES = tuple(path.read_bytes() for path in sorted(SAMPLES.rglob("*.py")) if path.stat().st_size)
SECONDS_PER_FILE = 5
"""What is usual is a hundredth of it."""


@pytest.fixture(autouse=True, scope="module")
def _own_child() -> Iterator[None]:
    """What crashes libcst is counted per process: other tests need theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(newer_syntax, "_child", type(newer_syntax._child)())  # noqa: SLF001 - there is no way in
        patch.setattr(newer_syntax, "MAX_DEATHS", 1_000)
        yield


randoms = st.randoms(use_true_random=False)


def times(examples: int) -> settings:
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=slow)


@times(80)
@given(data=st.sampled_from(FILES), random=randoms)
def test_one_file(data: bytes, random: Random) -> None:
    data = mutated(data, random)
    start = time.process_time()
    gathered("app/main.py", data)
    assert time.process_time() - start < SECONDS_PER_FILE


@times(30)
@given(data=st.lists(st.sampled_from(FILES), min_size=1, max_size=4), random=randoms)
def test_a_project(data: list[bytes], random: Random) -> None:
    review([gathered(f"app/m{number}.py", mutated(one, random)) for number, one in enumerate(data)])


@times(60)
@given(data=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_anything(data: bytes) -> None:
    gathered("app/main.py", data)


@pytest.mark.parametrize(
    "source",
    [
        b"__all__ = ['\\ud800', 'f']\n__all__ += ['\\udfff']\n",
        b"def f(x: 'A\\ud800' = '\\ud800') -> '\\ud800': '''\\ud800'''\n",
        b"@f('\\ud800')\nclass A(b='\\ud800'): c: '\\ud800' = '\\ud800'\n",
    ],
)
def test_lone_surrogates_are_replaced(source: bytes) -> None:
    assert gathered("a.py", source).parser == "ast"


@pytest.mark.parametrize(
    "encoding", ["undefined", "punycode", "idna", "utf-7", "unicode_escape", "rot13", "nope", "utf-16"]
)
def test_odd_encodings_are_answered_at_once(encoding: str) -> None:
    start = time.process_time()
    module_facts("a.py", f"# coding: {encoding}\n".encode() + b"x = 'a-b'\n" * 20_000)
    assert time.process_time() - start < SECONDS_PER_FILE


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(b"x = 1  # " + b"#" * 500_000, id="number signs"),
        pytest.param(b"x = 1  # noqa\n" * 30_000, id="comments"),
        pytest.param(b"__all__ = []\n" + b"__all__ += ['x']\n" * 20_000, id="exports"),
        pytest.param(b" " * 500_000 + b"\nclass " + b"A" * 500_000 + b"\n", id="long lines"),
        pytest.param(b"class A[T]: pass\n" + b"def f[T](x): return f'{d['k']}'\n" * 5_000, id="newer syntax"),
        pytest.param(b"f'{" * 50_000, id="open f-strings"),
        pytest.param(b"def f[" * 50_000, id="open type parameters"),
    ],
)
def test_no_quadratic_time(source: bytes) -> None:
    start = time.process_time()
    module_facts("a.py", source)
    assert time.process_time() - start < SECONDS_PER_FILE


@pytest.mark.parametrize("source", ["match x:\n case " + "(" * 40 + "a b", "del " + "(" * 40 + "a.b()" + ")" * 40])
def test_a_parser_that_does_not_come_back_is_stopped(monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    monkeypatch.setattr(newer_syntax, "SECONDS_PER_FILE", 0.5)
    start = time.monotonic()
    assert module_facts("a.py", source.encode()).parser == "none"
    assert time.monotonic() - start < 2 * SECONDS_PER_FILE


def test_a_long_chain_of_elif_is_read_to_its_end() -> None:
    links = "".join(f"    elif x == {i}:\n        import m{i}\n        return g{i}(x)\n" for i in range(600))
    facts = gathered("a.py", f"def f(x):\n    if x is None:\n        pass\n{links}    else:\n        last()\n".encode())
    [function] = facts.functions
    assert facts.parser == "ast"
    assert len(facts.imports) == 600
    assert {f"g{i}" for i in range(600)} | {"last"} <= set(function.called)
    assert (function.complexity, function.statements) == (602, 1803)


def test_what_nests_deeply_costs_no_more_than_itself() -> None:
    source = f"import a\nx = f(){'.a' * 800}\nif b{'.b' * 800}:\n    import c\n@g(){'.a' * 500}\ndef h(a):\n"
    source += f"    x = {' + '.join(['a'] * 900)}\n" + "    if a: b()\n" * 9
    facts = gathered("a.py", source.encode())
    assert facts.parser == "ast"
    assert [found.module for found in facts.imports] == ["a", "c"]
    assert facts.functions[0].complexity == 10
