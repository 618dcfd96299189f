"""A declaration that makes several routes is judged once."""

from pathlib import Path
from textwrap import dedent

from fastreview import engine, packs
from fastreview.gather.facts import gather_static
from fastreview.project import Project


def test_two_methods_and_two_prefixes_are_one_contract(tmp_path: Path) -> None:
    tmp_path.joinpath("main.py").write_text(
        dedent(
            """
            from fastapi import APIRouter, FastAPI

            router = APIRouter()

            @router.api_route("/userinfo", methods=["GET", "POST"])
            async def userinfo():
                return {"sub": "1"}

            app = FastAPI()
            app.include_router(router)
            app.include_router(router, prefix="/{tenant}")
            """
        )
    )
    pack = packs.load(("fastreview_checks",))
    project = Project(gather_static(tmp_path), pack.limits)

    [evaluation] = engine.evaluate(project, packs.select(pack.checks, ["COR002"], []))

    assert len(project.routes) == 4
    assert len(evaluation.findings) == 1
