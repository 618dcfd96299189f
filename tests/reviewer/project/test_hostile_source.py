"""Source that is meant to break the model, or was written by a program: no crash, no time that grows with the square of
the input, and nothing claimed that the code does not say."""

import gc
import time
from collections.abc import Callable, Mapping

import pytest
from tests.benchmarks.mutations import gathered, project_of_facts, review
from tests.conftest import ProjectOf

from fastreview.project import Project
from fastreview.project.code import Class
from fastreview.project.values import Instance

GROWTH = 3.0
"""Twice the input may take so many times longer; the square of it would take four times."""
WORTH_COMPARING = 0.15
"""Seconds of processor time: less says nothing."""

APP = "from fastapi import APIRouter, Depends, FastAPI\nfrom pydantic import BaseModel\napp = FastAPI()\n"


def lines(count: int, template: str) -> str:
    """``template`` once for each number, which stands in it as ``<0>``; ``<1>`` and ``<2>`` are the ones after it."""
    return "".join(
        template.replace("<0>", str(i)).replace("<1>", str(i + 1)).replace("<2>", str(i + 2)) for i in range(count)
    )


def routes(count: int) -> Mapping[str, str]:
    route = (
        "class M<0>(BaseModel):\n    a: int\n"
        "@app.post('/i<0>/{x}', response_model=M<0>)\n"
        "async def f<0>(x: int, m: M<0>, d=Depends(dep)):\n    return helper(m)\n"
    )
    return {"main.py": f"{APP}def dep(): ...\ndef helper(x): return x\n{lines(count, route)}"}


def dependencies(count: int) -> Mapping[str, str]:
    chain = lines(count, "def d<1>(a=Depends(d<0>), b=Depends(d<0>)): return a\n")
    return {"main.py": f"{APP}def d0(): ...\n{chain}@app.get('/')\nasync def f(x=Depends(d{count})): return x\n"}


def long_function(count: int) -> Mapping[str, str]:
    body = lines(6 * count, "    x<1> = g(x<0>, x)\n    async with x<1>.y as x: x.execute(f'{x}')\n")
    return {"main.py": f"{APP}@app.get('/')\nasync def f(x):\n{body}"}


def logging(count: int) -> Mapping[str, str]:
    body = lines(count, "    log.info('a {}'.format(x))\n    print(x)\n")
    return {"main.py": f"{APP}import logging\nlog = logging.getLogger()\ndef f(x):\n{body}"}


def call_chain(count: int) -> Mapping[str, str]:
    chain = lines(count, "async def c<0>(): return await c<1>() + await c<2>()\n")
    return {"main.py": f"{APP}{chain}@app.get('/')\nasync def f(): return await c0()\n"}


def class_chain(count: int) -> Mapping[str, str]:
    return {"main.py": APP + "class A0(BaseModel): x: int\n" + lines(count, "class A<1>(A<0>):\n    x<0>: int\n")}


def classes(count: int) -> Mapping[str, str]:
    template = "class C<0>:\n  def __init__(self, a): self.a = C<1>(a)\n  def m(self): return self.a.m()\n"
    return {"main.py": lines(count, template)}


def routers(count: int) -> Mapping[str, str]:
    chain = lines(count, "r<1> = APIRouter()\nr<1>.include_router(r<0>, prefix='/a')\n")
    return {"main.py": f"{APP}r0 = APIRouter()\n@r0.get('/')\ndef f(): ...\n{chain}app.include_router(r{count})\n"}


def elif_chain(count: int) -> Mapping[str, str]:
    links = lines(2 * count, "    elif x == <0>:\n        y = g<0>(x)\n")
    return {"main.py": f"def f(x):\n    if x is None:\n        y = 0\n{links}    return y\n"}


def literals(count: int) -> Mapping[str, str]:
    keys = lines(5 * count, "    'k<0>': [<0>, 'v<0>', D<0>],\n")
    return {"main.py": f"D = {{\n{keys}}}\nL = [{', '.join(map(str, range(20 * count)))}]\n"}


def star_chain(count: int) -> Mapping[str, str]:
    body = "x = print(y)\ndef f(): return list(z)\n"
    return {f"p/m{i}.py": f"from p.m{i + 1} import *\n{body}" for i in range(count // 2)}


def reexports(count: int) -> Mapping[str, str]:
    last = {f"p/m{count}.py": "def thing(): ...\n"}
    body = "def f(): return thing()\n"
    return last | {f"p/m{i}.py": f"from p.m{i + 1} import thing\n{body}" for i in range(count)}


def import_ring(count: int) -> Mapping[str, str]:
    return {
        f"p/m{i}.py": f"from p import m{(i + 1) % count}\ndef f(): return m{(i + 1) % count}.f()\n"
        for i in range(count)
    }


def many_modules(count: int) -> Mapping[str, str]:
    body = "class M(BaseModel): a: int\nr = APIRouter()\n@r.get('/x')\ndef f(m: M): ...\n"
    return {f"p/m{i}.py": APP.replace("app", "other") + body for i in range(count // 2)}


def wrapped(count: int) -> Mapping[str, str]:
    wrapper = (
        "def guarded(path, tags=None):\n    def wrap(f):\n        app.add_api_route(path, f, tags=tags)\n"
        "        return f\n    return wrap\n"
    )
    return {"main.py": f"{APP}{wrapper}" + lines(count, "@guarded('/i<0>')\nasync def f<0>(): ...\n")}


def helper_calls(count: int) -> Mapping[str, str]:
    helper = "def register(a, p):\n    a.include_router(r, prefix=p)\nr = APIRouter()\n@r.get('/')\ndef f(): ...\n"
    return {"main.py": f"{APP}{helper}" + lines(count, "register(app, '/i<0>')\n")}


def factory_chain(count: int) -> Mapping[str, str]:
    chain = lines(count, "def m<1>(p): return m<0>(p)\n")
    first = "def m0(p):\n    r = APIRouter(prefix=p)\n    @r.get(p)\n    def f(): ...\n    return r\n"
    return {"main.py": f"{APP}{first}{chain}" + lines(count, "app.include_router(m<0>('/i<0>'))\n")}


def router_lists(count: int) -> Mapping[str, str]:
    template = (
        "r<0> = APIRouter()\nl<0> = []\nl<0>.append(r<0>)\nfor r in l<0>:\n    app.include_router(r, prefix='/<0>')\n"
    )
    return {"main.py": APP + lines(count // 2, template)}


def chosen_includes(count: int) -> Mapping[str, str]:
    branch = (
        "    if a == <0>:\n        app.include_router(r<0>)\n    else:\n        app.include_router(r<0>, prefix='/x')\n"
    )
    template = "r<0> = APIRouter()\n@r<0>.get('/<0>')\ndef f<0>(): ...\n"
    return {"main.py": f"{APP}{lines(count // 2, template)}def setup(a):\n{lines(count // 2, branch)}"}


def guarding_middleware(count: int) -> Mapping[str, str]:
    guard = (
        "PUBLIC = [" + ", ".join(f"'/p{i}'" for i in range(20)) + "]\n@app.middleware('http')\n"
        "async def guard(request, call_next):\n    for p in PUBLIC:\n        if request.url.path.startswith(p):\n"
        "            return await call_next(request)\n    raise HTTPException(401)\n"
    )
    return {"main.py": f"{APP}{guard}" + lines(count, "@app.get('/i<0>')\nasync def f<0>(): ...\n")}


@pytest.mark.parametrize(
    "source",
    [
        routes, dependencies, long_function, logging, call_chain, class_chain, classes, routers, elif_chain, literals,
        star_chain, reexports, import_ring, many_modules, wrapped, helper_calls, factory_chain, router_lists,
        chosen_includes, guarding_middleware,
    ],
)  # fmt: skip
def test_time_grows_with_the_input(source: Callable[[int], Mapping[str, str]]) -> None:
    seconds = 0.0
    for count in (500, 1000, 2000) if source is routes else (400, 800):
        before, seconds = seconds, _seconds(source(count))
        if max(before, seconds) > WORTH_COMPARING and before:
            # Another process may have taken the memory's bandwidth for a moment: the better of two counts.
            again = seconds if seconds < GROWTH * before else _seconds(source(count))
            assert min(seconds, again) < GROWTH * max(before, WORTH_COMPARING / 2), (
                f"{count}: {before:.2f} s, {again:.2f} s"
            )


def _seconds(files: Mapping[str, str]) -> float:
    gc.collect()
    gc.disable()
    try:
        start = time.process_time()
        review([gathered(path, text.encode()) for path, text in files.items()])
        return time.process_time() - start
    finally:
        gc.enable()


MULTIPLYING = {
    "aliases": "T0 = int\n" + lines(60, "T<1> = dict[T<0>, T<0>]\n") + "def f(x: T60): return x.y()\n",
    "unions": "from typing import Union\nT0 = 1\n" + lines(60, "T<1> = Union[T<0>, T<0>]\n") + "def f(x: T60): x.y()\n",
    "bodies": APP
    + "class M(BaseModel): x: int\nT0 = M\n"
    + lines(60, f"T<1> = tuple[{'T<0>, ' * 10}]\n")
    + "@app.post('/')\ndef f(x: T60) -> T60: ...\n@app.post('/a')\ndef g(x: T7) -> T7: ...\n",
    "strings": APP
    + "P0 = '/a'\n"
    + lines(60, "P<1> = P<0> + P<0> + P<0> + P<0> + P<0> + P<0>\n")
    + "@app.get(P11)\ndef f(): ...\n@app.get(P60)\ndef g(): ...\n",
    "f-strings": APP + "P0 = '/a'\n" + lines(60, f"P<1> = f'{'{P<0>}' * 9}'\n") + "@app.get(P11)\ndef f(): ...\n",
    "replacements": f"{APP}P0 = '{'a' * 1900}'\n"
    + lines(20, "P<1> = P<0>.replace('a', P<0>)\n")
    + "@app.get(P9)\ndef f(): ...\n",
    "routers": APP
    + "r0 = APIRouter()\n"
    + lines(60, "r<1> = r<0> if x else r<0>\nr<1> = r<0>\n")
    + "app.include_router(r60)\n",
    "includes": APP
    + "r0 = APIRouter()\n"
    + lines(60, "r<1> = APIRouter()\nr<1>.include_router(r<0>)\nr<1>.include_router(r<0>, prefix='/b')\n")
    + "app.include_router(r60)\n",
    "attributes": "class A:\n  def f(self):\n"
    + lines(60, "    self.a<0> = self.a<1>.b\n    self.a<0> = self.a<1>.c\n    self.a<0>.x()\n")
    + "    self.a60 = self.a0\n",
    "dependencies": APP
    + "def d0(): ...\n"
    + lines(60, "def d<1>(a=Depends(d<0>), b=Depends(d<0>)): ...\n")
    + "@app.get('/')\ndef f(a=Depends(d60), b=Depends(d60)): ...\n",
    "calls": APP
    + lines(5, "def f<0>(x):\n" + 200 * "    f<1>(x)\n")
    + lines(5, "def g<0>(x):\n" + 200 * "    if x: return g<1>(x)\n")
    + "@app.get('/health')\n@app.get('/{a}')\ndef h(size: int): f0(1)\n"
    + "@app.exception_handler(404)\ndef i(a, b): return g0(1)\n@app.exception_handler(500)\ndef j(a, b): return g1(1)\n",
    "returns": lines(60, "def f<0>(x): return f<1>(x) or f<1>(x).a or f<1>(x).b\n"),
    "helpers": APP
    + "def h0(a, p): a.include_router(APIRouter(), prefix=p)\n"
    + lines(8, "def h<1>(a, p):\n" + 20 * "    h<0>(a, p + '/x')\n")
    + "h8(app, '/y')\n",
    "router factories": APP
    + "def m0(p):\n    r = APIRouter(prefix=p)\n    @r.get(p)\n    def f(): ...\n    return r\n"
    + lines(8, "def m<1>(p):\n    r = m<0>(p)\n" + 20 * "    r.include_router(m<0>(p + '/x'))\n" + "    return r\n")
    + "app.include_router(m8('/y'))\n",
    "lists": APP
    + "l0 = [APIRouter()]\nl0 += l0\nl0.extend(l60)\n"
    + lines(60, "l<1> = l<0> + l<0> + [*l<0>]\nl<1>.extend(l<0>)\n")
    + "for r in l60:\n    app.include_router(r)\n",
    "loops": APP
    + "l = ["
    + "'/a', " * 60
    + "]\nfor a in l:\n  for b in l:\n    for c in l:\n"
    + "      app.add_api_route(a + b + c, f)\n      app.get(a + b + c)(f)\n",
    "decorators": APP
    + "def w0(p):\n    def wrap(f): return app.get(p)(f)\n    return wrap\n"
    + lines(
        60, "def w<1>(p):\n    @w<0>(p)\n    def inner(): ...\n    @w<0>(p)\n    def other(): ...\n    return w<0>(p)\n"
    )
    + "@w60('/x')\ndef f(): ...\n",
    "middleware": APP
    + "def p0(path): return path == '/a'\n"
    + lines(60, "def p<1>(path): return p<0>(path) or p<0>(path) or any(p<0>(path) for x in [1, 2, 3])\n")
    + "@app.middleware('http')\nasync def g(request, call_next):\n    if p60(request.url.path): return 1\n"
    + "    raise HTTPException(401)\n@app.get('/x')\ndef f(): ...\n",
}


@pytest.mark.parametrize("name", MULTIPLYING)
def test_what_multiplies_is_bounded(name: str) -> None:
    # Unbounded, none of them would ever end: the limit is for slow machines.
    assert _seconds({"main.py": MULTIPLYING[name]}) < 20


def test_star_imports_of_one_another_are_bounded_and_resolved() -> None:
    stars = {f"p/m{i}.py": lines(9, "from p.m<0> import *\n") + "x = unknown(y)\n" for i in range(9)}
    files = stars | {"p/m4.py": stars["p/m4.py"] + "from p.last import late\n", "p/last.py": "def late(): ...\n"}
    files["main.py"] = "from p.m0 import *\ndef f(): late(); never()\n"
    project = project_of_facts([gathered(path, text.encode()) for path, text in files.items()])
    main = project.names.module("main")
    assert main is not None
    assert str(project.names.lookup(main, "late")) == "<Function p.last.late>"
    assert project.names.lookup(main, "never") is None
    assert _seconds(files) < 5


ODD = {
    "metaclasses": """
        from fastapi import FastAPI
        class Meta(type):
            def __new__(cls, name, bases, namespace, **kwargs):
                namespace["app"] = FastAPI()
                return super().__new__(cls, name, bases, namespace)
            def __getattr__(cls, name): return getattr(cls.app, name)
            def __call__(cls, *args): return super().__call__(*args).get("/")(cls)
        class Service(metaclass=Meta, prefix="/x"):
            @Meta.get("/")
            async def read(self): return type(self)(self).read(self)
        @Service.get("/a")
        async def a(): return Service()()
        Dynamic = type("Dynamic", (Service, Meta("B", (), {})), {"x": 1})
        app = Dynamic.app
        """,
    "exec": """
        from fastapi import FastAPI
        exec("app = FastAPI()\\n@app.get('/hidden')\\ndef f(): ...")
        globals()["other"] = FastAPI()
        for name in ("a", "b"):
            exec(f"@app.get('/{name}')\\ndef {name}(): ...")
            app.get(f"/{name}")(eval(name))
            setattr(app, name, lambda: app)
        """,
    "shadowed builtins": """
        from fastapi import FastAPI as list, Depends as print, APIRouter as open
        str = int = dict = tuple = super = property = staticmethod = object = type = list
        app = list()
        @app.get("/")
        async def open(self: str = print(open), *, int: int = print(print)) -> open: return super().open(str(int))
        class list(list, super, property): open = property(open)
        Exception = True = None if False else list
        """.replace("Exception = True = ", "Exception = "),
    "classes of themselves": """
        from pydantic import BaseModel
        class A(A): a: "A"
        class B(C): b: "C"
        class C(B): c: B = B()
        X = Y
        Y = X
        class D(X, Y[D], X(), D.E):
            class E(D): class_: "D.E.E"
        class F(F.G):
            class G(F): ...
        def f(a: A, b: B, d: D, f: F.G): a.x(); b.b.c.b.y(); d.E.E.z(); f.G.G()
        """,
    "dependencies of themselves": """
        from typing import Annotated
        from fastapi import Depends, FastAPI
        app = FastAPI(dependencies=[Depends(lambda: app)])
        def a(x=Depends(lambda: b)): ...
        def b(x=Depends(a), y=Depends(b)): ...
        def c(x: "Annotated[T, Depends(c)]"): ...
        T = Annotated[T, Depends(c)]
        U = Annotated["U", Depends(U)]
        class K:
            def __init__(self, k: "K" = Depends()): self.k = k
            def __call__(self, k=Depends(K(K()))): return self(k)
        @app.get("/", dependencies=[Depends(a), Depends(b), Depends(c), Depends(K), Depends(K()), Depends()])
        async def f(t: T, u: U, a=Depends(a), k: K = Depends(), s=Depends(f)): return await f(t, u, a, k, s)
        """,
    "dynamic exports": """
        __all__ = [name for name in dir() if not name.startswith("_")] + ["x"]
        __all__ += other.__all__
        __all__.extend(["y"])
        __all__ = (*__all__, *["z"])
        __all__: list[str] = sorted(__all__)
        """,
    "own types as values": """
        x = x.x = x[x] = (x := x)
        a, (b, *c), *[d, e] = a.b.c = f(a)[b](*c, **d)
        for x.y[x] in (lambda x=(yield): x): del x, x.y, x[::x]
        with x as (x.y, x[0]), y as [z, *w]: global q; nonlocal_ = q
        try: ...
        except (x, *y) as x: raise x from x
        async def f(a, /, b: a = a, *c: b, d: c = c, **e: d) -> e: return await (yield a)
        """.replace("(lambda x=(yield): x)", "(lambda x=x: x)"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_code_is_reviewed(project_of: ProjectOf, name: str) -> None:
    project = project_of(
        {"main.py": ODD[name], "other.py": "from main import *\nfrom other import *\nfrom main import app\n"}
    )
    assert [module.facts.error for module in project.modules] == ["", ""]
    review(project.facts.modules)


def test_what_only_running_shows_is_not_made_up(project_of: ProjectOf) -> None:
    project = project_of({"main.py": ODD["exec"]})
    assert not any("hidden" in route.path for route in project.routes)


def test_cyclic_classes_still_have_their_fields(project_of: ProjectOf) -> None:
    project = project_of({"main.py": ODD["classes of themselves"]})
    [function] = project.functions
    found = project.values.parameter(function, function.facts.parameters[1])
    assert isinstance(found, Instance)
    assert isinstance(found.of, Class)
    assert [cls.name for cls in found.of.ancestry.project] == ["B", "C"]
    assert found.of.field("c") is not None


def test_a_base_is_found_through_a_long_chain(project_of: ProjectOf) -> None:
    project = project_of(class_chain(60))
    assert len(project.schemas) == 61


def test_reexports_are_followed_so_far_and_unknown_beyond(project_of: ProjectOf) -> None:
    project = project_of(
        {**reexports(3_000), "near.py": "from p.m2990 import thing\n", "far.py": "from p.m5 import thing\n"}
    )
    near, far = (project.names.module(name) for name in ("near", "far"))
    assert near is not None
    assert far is not None
    assert str(project.names.lookup(near, "thing")) == "<Function p.m3000.thing>"
    assert project.names.lookup(far, "thing") is None


def test_every_import_cycle_is_found_once(project_of: ProjectOf) -> None:
    ring = {f"p/m{i}.py": f"from p import m{(i + 1) % 400}\n" for i in range(400)}
    pair = {
        "q/a.py": "from q import b\nfrom q import c\n",
        "q/b.py": "from q import c\n",
        "q/c.py": "from q import a\n",
    }
    project = project_of(ring | pair)
    assert [len(cycle) for cycle in project.import_cycles] == [400, 2]
    assert {(module.name, line) for module, line in project.import_cycles[1]} == {("q.a", 2), ("q.c", 1)}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"x = {' + '.join(['a'] * 5_000)}\n", id="operands"),
        pytest.param(f"x = {'(' * 5_000}a{')' * 5_000}\n", id="parentheses"),
        pytest.param(f"x = {'[' * 150}a{']' * 150}\n", id="lists"),
        pytest.param(f"x = {'-' * 5_000}a\n", id="signs"),
        pytest.param(f"x = {'lambda: ' * 500}a\n", id="lambdas"),
        pytest.param(f"x = f{'()' * 5_000}\n", id="calls"),
        pytest.param(f"x = f{'.a()' * 900}\n", id="fluent calls"),
        pytest.param(f"x = {'a if b else ' * 900}c\n", id="conditions"),
        pytest.param(f"x = {'not ' * 900}c\n", id="negations"),
        pytest.param(f"x: {'list[' * 180}int{']' * 180}\n", id="types"),
        pytest.param(
            lines(60, f"T<1> = {'list[' * 60}T<0>{']' * 60}\n") + "def f(x: T59): x.y()\n", id="types of types"
        ),
        pytest.param("".join(f"{' ' * i}if x{i}:\n" for i in range(98)) + " " * 98 + "f()\n", id="blocks"),
        pytest.param("".join(f"{' ' * i}def f{i}():\n" for i in range(98)) + " " * 98 + "f0()\n", id="functions"),
        pytest.param("".join(f"{' ' * i}class f{i}(f0):\n" for i in range(98)) + " " * 98 + "x = f0()\n", id="classes"),
        pytest.param(f"match x:\n case {'(' * 90}a{'|b)' * 90}: pass\n", id="patterns"),
        pytest.param(lines(3_000, "def f<0>(): return f<1>().x\n"), id="returns"),
        pytest.param(lines(3_000, "a<1> = a<0>\n") + "a3000.x()\n", id="assignments"),
        pytest.param(
            "class A:\n" + lines(2_000, " @property\n def p<0>(self): return self.p<1>.p<2>\n"), id="properties"
        ),
        pytest.param("class A:\n def f(self):\n" + lines(2_000, "  self.a<0> = self.a<1>.b\n"), id="attributes"),
        pytest.param(lines(2_000, "class A<0>(A<1>.X): x<0>: int\n"), id="bases"),
    ],
)
def test_deep_nesting_is_no_crash(text: str) -> None:
    review([gathered("main.py", text.encode())])


def test_generated_code_is_told_apart(project_of: ProjectOf) -> None:
    project: Project = project_of(
        {
            "service_pb2.py": "# Generated by the protocol buffer compiler. DO NOT EDIT!\n"
            + lines(2_000, "F<0> = f(F<1>)\n")
        }
    )
    assert [module.kind for module in project.modules] == ["generated"]
