"""Calls that do harm when a client decides what they are given.

Sources: CWE-22, 78, 94, 502, 918, 601 and 1336; bandit's and CodeQL's lists of sinks; the libraries' documentation.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import CallSite, Code, External, Function, Instance, Project, syntax


class Sink(NamedTuple):
    """``kind`` is shell, code, pickle, template, path, module, address or redirect."""

    kind: str
    name: str
    position: int
    keyword: str = ""


_SHELLS = ("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "asyncio.create_subprocess_shell",
           "commands.getoutput")  # fmt: skip
_PROCESSES = frozenset(f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen"))
_PICKLES = ("pickle.load", "pickle.loads", "dill.load", "dill.loads", "cloudpickle.load", "cloudpickle.loads", "joblib.load",
            "marshal.loads", "jsonpickle.decode", "yaml.unsafe_load", "pandas.read_pickle", "shelve.open")  # fmt: skip
_PATHS = ("builtins.open", "io.open", "aiofiles.open", "aiofiles.threadpool.open", "anyio.open_file", "fastapi.responses.FileResponse",
          "shutil.rmtree", "os.remove", "os.unlink", "os.rmdir", "os.makedirs", "os.mkdir", "os.listdir", "os.scandir",
          "aiofiles.os.remove")  # fmt: skip
_TWO_PATHS = ("shutil.copy", "shutil.copyfile", "shutil.copy2", "shutil.move", "os.rename", "os.replace")
_PATH_METHODS = frozenset(
    {
        "open",
        "read_text",
        "read_bytes",
        "write_text",
        "write_bytes",
        "unlink",
        "rmdir",
        "mkdir",
        "iterdir",
        "touch",
        "rename",
    }
)
_SAFE_LOADERS = frozenset({"SafeLoader", "CSafeLoader", "BaseLoader", "CBaseLoader"})

INJECTIONS: dict[str, tuple[Sink, ...]] = {
    **{name: (Sink("shell", name, 0, "cmd"),) for name in _SHELLS},
    "builtins.eval": (Sink("code", "eval", 0),),
    "builtins.exec": (Sink("code", "exec", 0),),
    "builtins.compile": (Sink("code", "compile", 0),),
    "numexpr.evaluate": (Sink("code", "numexpr.evaluate", 0),),
    **{name: (Sink("pickle", name, 0),) for name in _PICKLES},
    "jinja2.Template": (Sink("template", "jinja2.Template", 0, "source"),),
    "jinja2.Environment.from_string": (Sink("template", "from_string", 0, "source"),),
    "mako.template.Template": (Sink("template", "mako.template.Template", 0, "text"),),
    "importlib.import_module": (Sink("module", "import_module", 0, "name"),),
    **{name: (Sink("path", name.removeprefix("builtins."), 0, "path"),) for name in _PATHS},
    **{name: (Sink("path", name, 0), Sink("path", name, 1)) for name in _TWO_PATHS},
}
INJECTION_NAMES = tuple(
    dict.fromkeys(
        (*(name.rpartition(".")[2] for name in (*INJECTIONS, *_PROCESSES)), *_PATH_METHODS, "load", "exec_command")
    )
)

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
_CLIENTS = ("httpx", "httpx.AsyncClient", "httpx.Client", "requests", "requests.Session", "aiohttp.ClientSession", "niquests",
            "curl_cffi.requests", "curl_cffi.requests.AsyncSession", "urllib3.PoolManager")  # fmt: skip
ADDRESSES: dict[str, Sink] = {
    **{f"{client}.{verb}": Sink("address", f"{client.partition('.')[0]} {verb}", 0, "url") for client in _CLIENTS for verb in _VERBS},
    **{f"{client}.{verb}": Sink("address", f"{client.partition('.')[0]} {verb}", 1, "url") for client in _CLIENTS
       for verb in ("request", "stream")},
    "urllib.request.urlopen": Sink("address", "urlopen", 0, "url"),
    "urllib.request.urlretrieve": Sink("address", "urlretrieve", 0, "url"),
    "urllib.request.Request": Sink("address", "urllib.request.Request", 0, "url"),
    "fastapi.responses.RedirectResponse": Sink("redirect", "RedirectResponse", 0, "url"),
}  # fmt: skip
ADDRESS_NAMES = tuple(dict.fromkeys(name.rpartition(".")[2] for name in ADDRESSES))


def injections(project: Project) -> Iterator[tuple[CallSite, Sink, syntax.Expr]]:
    """Calls that may run, read or write what they are told, with the argument that tells it."""
    for site in project.calls(*INJECTION_NAMES):
        for sink, given in _injection(site, project):
            if not isinstance(given, syntax.Missing | str | int):
                yield site, sink, given


def _injection(site: CallSite, project: Project) -> Iterator[tuple[Sink, syntax.Expr | syntax.Missing]]:
    call, target = site.call, project.values.target(site)
    name = target.name if isinstance(target, External) else ""
    if name in _PROCESSES and call.keyword("shell") is True:
        yield Sink("shell", f"{name}(shell=True)", 0), call.argument(0, "args")
    elif name == "yaml.load" and not _loads_safely(call):
        yield Sink("pickle", "yaml.load", 0), call.argument(0, "stream")
    elif name == "paramiko.SSHClient.exec_command" or (call.method == "exec_command" and not name):
        yield Sink("shell", "exec_command", 0), call.argument(0, "command")
    elif name in INJECTIONS:
        for sink in INJECTIONS[name]:
            yield sink, call.argument(sink.position, sink.keyword)
    elif call.method in _PATH_METHODS:
        receiver = call.receiver
        if receiver is not None and (name == f"pathlib.Path.{call.method}" or _is_joined(receiver, site.code)):
            yield Sink("path", f"Path.{call.method}", -1), receiver


def addresses(project: Project) -> Iterator[tuple[CallSite, Sink, syntax.Expr]]:
    """Requests to other services and redirects, with their address."""
    for site in project.calls(*ADDRESS_NAMES):
        given = _first_argument(site)
        if given is None or isinstance(given, str | int):
            continue
        target = project.values.target(site)
        sink = ADDRESSES.get(target.name) if isinstance(target, External) else None
        address = site.call.argument(sink.position, sink.keyword) if sink is not None else None
        if sink is not None and address is not None and not isinstance(address, syntax.Missing | str | int):
            yield site, sink, address


def _first_argument(site: CallSite) -> syntax.Expr:
    given = site.call.keyword("url")
    if not isinstance(given, syntax.Missing):
        return given
    position = 1 if site.call.method in ("request", "stream") else 0
    return site.call.args[position] if len(site.call.args) > position else None


def _loads_safely(call: syntax.Call) -> bool:
    loader = call.argument(1, "Loader")
    return isinstance(loader, syntax.Ref | syntax.Attribute) and _last(loader) in _SAFE_LOADERS


def _last(expr: syntax.Ref | syntax.Attribute) -> str:
    return expr.last if isinstance(expr, syntax.Ref) else expr.attr


def _is_joined(expr: syntax.Expr, code: Code, depth: int = 0) -> bool:
    """``folder.joinpath(name)`` and ``folder / name``, or a variable for it."""
    match expr:
        case syntax.Call():
            return expr.method == "joinpath"
        case syntax.Operation(op="/"):
            return True
        case syntax.Ref(name=name) if depth < 2:
            return any(_is_joined(b.expr, code, depth + 1) for b in code.bindings.get(name, ()) if b.kind == "assign")
    return False


_GUARDED_CLIENT = ("transport", "connector", "proxy", "proxies")


def is_fenced_client(code: Code) -> bool:
    """Whether the client that a function makes, or the one around it, decides itself where it may connect."""
    own = any(k.name in _GUARDED_CLIENT for site in code.calls for k in site.call.keywords)
    return own or (isinstance(code, Function) and code.parent is not None and is_fenced_client(code.parent))


_FENCES = re.compile(r"is_relative_to|relative_to|commonpath|commonprefix|secure_filename|safe_join|lookup_path")


def fenced(code: Code, project: Project) -> bool:
    """Whether a function compares paths with a folder that they must stay in, or hands them to one that does."""
    if any(_FENCES.search(name) for name in code.called):
        return True
    called = (target for site in code.calls for target in project.targets(site))
    return any(isinstance(target, Function) and _compares_folders(target) for target in called)


def _compares_folders(function: Function) -> bool:
    """``return root in path.parents``, or by one of the functions that are made for it."""
    if any(_FENCES.search(name) for name in function.called):
        return True
    nodes = (n for stmt in function.statements for expr in syntax.expressions(stmt) for n in syntax.walk(expr))
    tests = (node for node in nodes if isinstance(node, syntax.Operation) and node.op in ("in", "not in"))
    return any(_attribute(operand) == "parents" for test in tests for operand in test.operands[1:])


def _attribute(expr: syntax.Expr) -> str:
    match expr:
        case syntax.Ref(name=name):
            return name.rpartition(".")[2]
        case syntax.Attribute(attr=attr):
            return attr
    return ""


def is_sandboxed(site: CallSite, project: Project) -> bool:
    value = (
        project.values.of(syntax.Ref(site.call.name.rpartition(".")[0]), site.code) if "." in site.call.name else None
    )
    return isinstance(value, Instance) and isinstance(value.of, External) and "sandbox" in value.of.name
