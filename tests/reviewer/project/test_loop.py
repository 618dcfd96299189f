"""What runs on the event loop, and what does not."""

from tests.conftest import ProjectOf

from fastreview.project import Project

SERVICE = """
    import asyncio
    from fastapi import BackgroundTasks, Depends, FastAPI, Request
    from fastapi.concurrency import run_in_threadpool

    app = FastAPI()

    def deepest(): ...
    def deeper(): deepest()
    def handed_over(): ...
    def in_lambda(): ...
    def plain_task(): ...
    async def coroutine_task(): ...
    def only_sync(): ...
    def sync_dependency(): ...
    def helper(): ...

    async def dependency():
        deeper()

    @app.middleware("http")
    async def timing(request: Request, call_next):
        helper()
        return await call_next(request)

    @app.get("/async", dependencies=[Depends(dependency), Depends(sync_dependency)])
    async def on_loop(tasks: BackgroundTasks):
        await run_in_threadpool(handed_over)
        await asyncio.to_thread(lambda: in_lambda())
        tasks.add_task(plain_task)
        tasks.add_task(coroutine_task)

    @app.get("/sync")
    def off_loop():
        only_sync()
"""


def on_loop(project: Project) -> set[str]:
    return {f.function.name for f in project.loop_functions}


def test_calls_are_followed_and_hand_overs_are_not(project_of: ProjectOf) -> None:
    project = project_of({"main.py": SERVICE})
    assert on_loop(project) == {"on_loop", "dependency", "deeper", "deepest", "timing", "helper", "coroutine_task"}


def test_the_way_there_and_the_routes_are_known(project_of: ProjectOf) -> None:
    project = project_of({"main.py": SERVICE})
    (deepest,) = [f for f in project.loop_functions if f.function.name == "deepest"]
    assert [s.call.method for s in deepest.steps] == ["deeper", "deepest"]
    assert deepest.entry.kind == "dependency"
    assert [r.key for r in deepest.routes] == ["GET /async"]


def test_recursion_ends(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
                from fastapi import FastAPI
                app = FastAPI()

                def a(): b()
                def b(): a()

                @app.get("/")
                async def root(): a()
            """
        }
    )
    assert on_loop(project) == {"root", "a", "b"}


def test_the_route_that_the_way_starts_at_comes_first(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
                from fastapi import Depends, FastAPI
                app = FastAPI()

                def wait(): ...

                async def user():
                    check()

                def check(): wait()

                @app.get("/first", dependencies=[Depends(user)])
                async def first(): ...

                @app.get("/second", dependencies=[Depends(user)])
                async def second(): wait()
            """
        }
    )
    (waiting,) = [f for f in project.loop_functions if f.function.name == "wait"]
    assert waiting.entry.label == "GET /second"
    assert [r.key for r in waiting.routes] == ["GET /second", "GET /first"]


def test_calls_of_what_runs_on_the_loop_are_told_apart_by_what_they_call(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
                import time
                from fastapi import FastAPI

                app = FastAPI()

                def helper(): ...
                def by_key(): ...

                @app.get("/")
                async def root():
                    time.sleep(1)
                    helper()
                    sorted([], key=lambda one: by_key())
                    unknown.thing()
            """,
        }
    )

    (root,) = [f for f in project.loop_functions if f.function.name == "root"]
    assert [target.name for _, target in root.calls.library] == ["time.sleep", "builtins.sorted"]
    assert [called.name for _, called in root.calls.own] == ["helper"]
    assert [site.call.method for site in root.calls.deferred] == ["by_key"]
    assert [called.name for _, called in root.calls.run] == ["helper", "by_key"]
