"""Each change of the index is split into what caused it, and the parts add up."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec import structs

from fastreview.facts import Facts, Gathered, Side
from fastreview.facts.app import ProbeFacts
from fastreview.gather.facts import gather
from fastreview.gather.options import Options
from fastreview.history.attribution import Measured, _standing, change
from fastreview.pipeline import Choice, assess, checks_of
from fastreview.review import HistoryChange
from fastreview.scoring import index_of_standings
from fastreview.store import summary

BLOCKING = """
import time

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def root() -> int:
    time.sleep(1)
    return 1
"""
AWAITED = BLOCKING.replace("import time\n", "import asyncio\n").replace("time.sleep", "await asyncio.sleep")
DATABASE = """
from sqlalchemy import create_engine

engine = create_engine("sqlite://")


def users() -> list[int]:
    with engine.connect() as connection:
        return [connection.exec_driver_sql(f"select {n}").scalar_one() for n in range(3)]
"""
UNTYPED = "\n\n".join(f"def f{n}(x):\n    return x + {n}\n" for n in range(20))
CHOICE = Choice()


def facts_of(folder: Path, files: Mapping[str, str], *exclude: str) -> Facts:
    for old in folder.glob("**/*.py"):
        old.unlink()
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    return gather(folder, Options(static=True, cache=False, exclude=exclude))


def measured(facts: Facts, recorded: float | None = None) -> Measured:
    outline = summary(assess(facts, None).review)
    return Measured(outline, outline.level.index if recorded is None else recorded, lambda: facts)


def split(before: Measured, after: Measured) -> HistoryChange:
    found = change(before, after, CHOICE, checks_of())
    assert found is not None
    whole = after.recorded - before.recorded
    assert found.code + found.ruleset + found.scope + found.evidence == pytest.approx(whole, abs=0.11)
    return found


def test_a_mended_endpoint_is_the_code(tmp_path: Path) -> None:
    before = measured(facts_of(tmp_path, {"main.py": BLOCKING}))
    found = split(before, measured(facts_of(tmp_path, {"main.py": AWAITED})))
    assert found.code > 0
    assert (found.ruleset, found.scope, found.evidence) == (0, 0, 0)
    assert "ASY001" in found.won
    assert found.fixed >= 1


def test_a_database_that_comes_in_is_scope(tmp_path: Path) -> None:
    before = measured(facts_of(tmp_path, {"main.py": AWAITED}))
    found = split(before, measured(facts_of(tmp_path, {"main.py": AWAITED, "store.py": DATABASE})))
    assert found.scope != 0
    assert found.evidence == 0
    assert any(code.startswith("DAT") for code in found.asked)


def test_a_folder_that_is_left_out_is_scope(tmp_path: Path) -> None:
    files = {"main.py": AWAITED, "old/views.py": UNTYPED}
    before = measured(facts_of(tmp_path, files))
    found = split(before, measured(facts_of(tmp_path, files, "old")))
    assert found.scope > 0
    assert (found.code, found.evidence) == (0, 0)


def test_a_side_that_is_seen_now_is_evidence(tmp_path: Path) -> None:
    static = facts_of(tmp_path, {"main.py": AWAITED})
    ok = {Side.APP: Gathered(Side.APP, "ok")}
    imported = structs.replace(
        static, probe=ProbeFacts("python", "3.11"), gathered=tuple(ok.get(side.what, side) for side in static.gathered)
    )
    found = split(measured(static), measured(imported))
    assert (found.code, found.scope, found.ruleset) == (0, 0, 0)


def test_what_other_rules_said_is_the_ruleset(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"main.py": BLOCKING})
    then = measured(facts)
    found = split(structs.replace(then, recorded=then.recorded + 4), then)
    assert found.ruleset == -4
    assert (found.code, found.scope, found.evidence) == (0, 0, 0)


def test_nothing_is_told_without_the_facts_that_it_takes(tmp_path: Path) -> None:
    static = facts_of(tmp_path, {"main.py": AWAITED})
    ok = {Side.APP: Gathered(Side.APP, "ok")}
    imported = structs.replace(static, gathered=tuple(ok.get(side.what, side) for side in static.gathered))
    before = structs.replace(measured(static), facts=lambda: None)
    assert change(before, measured(imported), CHOICE, checks_of()) is None


def test_counted_outcomes_give_the_index_of_the_review(tmp_path: Path) -> None:
    outline = measured(facts_of(tmp_path, {"main.py": BLOCKING, "store.py": DATABASE})).outline
    checks = {check.code: check for check in checks_of()}
    assert index_of_standings([_standing(one, checks[one.check]) for one in outline.judged]) == outline.level.index
