"""One probe run: read the request, watch, import each candidate, describe what it holds, write the answer."""

from __future__ import annotations

import functools
import importlib
import os
import re
import sys
import threading
import time
import warnings

from . import obstacles
from .absent import stand_in_for
from .factories import called
from .needs import Asked, missing
from .newer import behave_newer
from .places import Project, clean
from .watch import Ended, Watch

MAX_WARNINGS = 200
IDLE_SECONDS, IDLE_WORK = 1.0, 0.02
"""Who works less than this in that time waits for something."""


class Run:
    """The state of a run and its answer, which is written whenever something was learnt."""

    def __init__(self, request, dumps):
        self.request = request
        self.dumps = dumps
        self.started = time.monotonic()
        self.lock = threading.Lock()
        self.replace, self.open, self.leave = os.replace, open, os._exit
        self.project = Project([request["project"], *request.get("originals", ())])
        self.watch = Watch(self.project, request["scratch"])
        self.warnings = []
        self.missing = []
        self.built = {}
        self.described = []
        self.doing = "Importing fastapi"
        self.facts = {
            "interpreter": sys.executable or "",
            "python": "%d.%d.%d" % sys.version_info[:3],
            "packages": {},
            "apps": [],
            "import_seconds": 0.0,
            "assumptions": [],
            "logging": [],
            "error": "",
            "error_place": None,
        }

    def warn(self, text):
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(clean(text, 500))

    def assume(self, text):
        if text not in self.facts["assumptions"] and len(self.facts["assumptions"]) < MAX_WARNINGS:
            self.facts["assumptions"].append(clean(text, 300))

    def write(self, *, done):
        """Write the answer as it stands; a reader never sees half of one."""
        with self.lock:
            self.watch.on, was_on = False, self.watch.on
            try:
                facts = dict({"side_effects": list(self.watch.effects)}, **dict(self.facts, warnings=self.warnings))
                text = self.dumps({"done": done, "doing": self.doing, "facts": facts, "missing": self.missing})
                path = self.request["answer"]
                with self.open(path + ".part", "w", encoding="utf-8") as file:
                    file.write(text)
                self.replace(path + ".part", path)
            finally:
                self.watch.on = was_on

    def fail(self, error, doing):
        """Keep the first error as the run's: later candidates are second guesses."""
        if self.facts["error"]:
            return
        place = self.project.raised(error)
        what = "%s raised %s" % (doing, sentence(error))
        if isinstance(error, SystemExit):
            call = "os._exit" if isinstance(error, Ended) else "sys.exit"
            what = "%s ended the process with %s(%s)" % (doing, call, clean(error.code, 100))
        if place:
            what += " (%s:%d)" % (place["path"], place["line"])
        self.facts["error"] = what
        self.facts["error_place"] = place
        try:
            self.missing = missing(error, self.asked, self.watch)
        except Exception as problem:
            self.warn("the error could not be looked into: %s" % clean(problem, 200))

    def watchdog(self, seconds, longest):
        """Say where the import stands when the time is up, then end: a hanging import cannot be left any other way."""
        leave, main = self.leave, threading.main_thread().ident

        def end():
            wait_while_busy(seconds, longest)
            frame = sys._current_frames().get(main)
            path, line = self.project.caller(frame)
            where = " (%s:%d)" % (path, line) if path else ""
            if not self.facts["apps"] or not self.facts["error"]:
                self.facts["error"] = "%s did not finish within %.0f seconds%s" % (self.doing, seconds, where)
                self.facts["error_place"] = {"path": path, "line": line} if path else None
                if obstacles.attempts(self.watch):
                    self.missing = obstacles.steps(obstacles.running_frames(frame, self.project))
            self.write(done=True)
            leave(0)

        threading.Thread(target=end, daemon=True).start()

    def prepare(self):
        request = self.request
        roots = list(request["import_roots"])
        sys.path[:] = roots + [entry for entry in sys.path if entry and entry not in roots]
        os.chdir(request["cwd"])
        sys.argv[:] = ["uvicorn"]
        self.facts["packages"] = installed()
        know_libraries(request.get("libraries") or {})
        stand_in_for(request.get("absent") or ())
        if request.get("newer"):
            behave_newer(self.project)
        self.asked = Asked(self.project)
        self.asked.install()
        warnings.simplefilter("default")
        warnings.showwarning = self.show_warning

    def show_warning(self, message, category, filename, lineno, *ignored):
        path = self.project.relative(filename)
        if path:
            self.warn("%s: %s (%s:%d)" % (category.__name__, clean(message, 300), path, lineno))

    def remember_builders(self):
        """Note where each application is built; nothing in a finished application says it."""
        from fastapi.applications import FastAPI

        # Loaded before the project: it needs modules that a project may take away.
        from . import describe, exchanges, logs

        self.describe = describe
        self.logs = logs
        self.exchanges = exchanges
        build = FastAPI.__init__
        run = self

        @functools.wraps(build)
        def init(self, *args, **kwargs):
            path, line = run.project.caller(sys._getframe(1))
            run.built[id(self)] = {"path": path, "line": line}
            return build(self, *args, **kwargs)

        FastAPI.__init__ = init

    def candidates(self):
        for candidate in self.request["candidates"]:
            target = candidate["target"]
            module, _, attribute = target.partition(":")
            self.doing = "Importing %s" % module
            # What stands in the answer if the process is gone before anything else is written.
            pending, self.facts["error"] = self.facts["error"], "%s ended the process" % self.doing
            self.write(done=False)
            self.facts["error"] = pending
            found = self.imported(module)
            if found is not None:
                self.application(found, module, attribute, bool(candidate.get("factory")))
            self.write(done=False)

    def imported(self, module):
        """The module's names, even where ``sys.exit`` at its end (or a server run by it) kept it from finishing."""
        start = time.monotonic()
        self.watch.on = True
        try:
            return vars(importlib.import_module(module))
        except SystemExit as error:
            partial = self.names_at_exit(error, module)
            if partial is None:
                self.fail(error, self.doing)
                return None
            place = self.project.raised(error) or {"path": "", "line": 0}
            self.warn("%s ended with an exit (%s:%d): described as it stood" % (module, place["path"], place["line"]))
            return partial
        except BaseException as error:
            self.fail(error, self.doing)
            return None
        finally:
            self.watch.on = False
            self.facts["import_seconds"] = round(self.facts["import_seconds"] + time.monotonic() - start, 3)

    def names_at_exit(self, error, module):
        """The names of a module whose code was left by an exit after it had built an application."""
        trace = error.__traceback__
        while trace is not None:
            names = trace.tb_frame.f_globals
            if names.get("__name__") == module and any(map(self.describe.is_application, list(names.values()))):
                return names
            trace = trace.tb_next
        return None

    def application(self, names, module, attribute, factory):
        describe = self.describe
        label = "%s:%s" % (module, attribute)
        thing = names
        if not attribute:
            apps = [key for key, value in names.items() if describe.is_application(value)]
            if not apps:
                self.problem("%s has no application" % module)
                return
            attribute = "app" if "app" in apps else apps[0]
            label = "%s:%s" % (module, attribute)
        for number, part in enumerate(attribute.split(".")):
            if number == 0 and part not in names:
                self.problem("%s has no attribute %s" % (module, clean(part, 100)))
                return
            thing = names[part] if number == 0 else getattr(thing, part, None)
        inner = describe.unwrapped(thing)[0]
        if factory or (not describe.is_application(inner) and callable(thing) and not hasattr(thing, "routes")):
            label += "()"
            self.doing = "Calling %s" % label[:-2].replace(":", ".")
            self.watch.on = True
            try:
                thing = called(thing, self.assume)
            except BaseException as error:
                self.fail(error, self.doing)
                return
            finally:
                self.watch.on = False
            factory = True
        inner = describe.unwrapped(thing)[0]
        self.doing = "Describing %s" % label
        # Describing runs code of the project too (custom openapi functions, validators of defaults).
        self.watch.on = True
        try:
            place = self.built.get(id(inner))
            found = describe.application(thing, label, factory, self.project, place, self.warn)
        except BaseException as error:
            self.fail(error, self.doing)
            return
        finally:
            self.watch.on = False
        if found is None:
            self.problem("%s is a %s, not a FastAPI application" % (label, clean(type(thing).__name__, 100)))
        else:
            self.facts["apps"].append(found.facts)
            self.described.append(found)

    def problem(self, text):
        if not self.facts["error"]:
            self.facts["error"] = text


def sentence(error):
    """``ModuleNotFoundError: No module named 'redis'``; a validation error names its fields."""
    name = type(error).__name__
    errors = getattr(error, "errors", None)
    if callable(errors) and name == "ValidationError":
        try:
            fields = [".".join(map(str, item["loc"])) or str(item["msg"]) for item in errors()]
            title = getattr(error, "title", "") or getattr(getattr(error, "model", None), "__name__", "")
            return clean("%s: %s: %s" % (name, title, ", ".join(fields)), 400)
        except Exception:
            return name
    text = clean(error, 400)
    return "%s: %s" % (name, text) if text else name


def installed():
    """Distributions on the path by their folders' names, PEP 503 names to versions; the first one wins."""
    found = {}
    for entry in sys.path:
        if "site-packages" not in entry and "dist-packages" not in entry:
            continue
        try:
            names = os.listdir(entry)
        except OSError:
            continue
        for name in sorted(names):
            match = re.match(r"(.+?)-([^-]+?)(?:-py\d.*)?\.(?:dist|egg)-info$", name)
            if match:
                found.setdefault(re.sub(r"[-_.]+", "-", match.group(1)).lower(), match.group(2))
    return dict(list(found.items())[:3000])


def wait_while_busy(seconds, longest, now=time.monotonic, worked=time.process_time, sleep=time.sleep):
    """Return after ``seconds`` of work, or of time if nothing is done any more, and after ``longest`` in any case."""
    start, before = now(), worked()
    while now() - start < longest and worked() < seconds:
        sleep(min(IDLE_SECONDS, max(0.05, seconds - (now() - start))))
        idle, before = worked() - before < IDLE_WORK, worked()
        if now() - start >= seconds and idle:
            return


def know_libraries(names):
    """No program can be started here that finds shared libraries: their names were looked up before."""
    import ctypes.util

    if names and hasattr(ctypes.util, "_findSoname_ldconfig"):
        ctypes.util._findSoname_ldconfig = names.get


def private_json():
    """Our own copy of the json package, out of reach of a project that replaces functions in its own."""
    import json

    decoder, encoder = json.load, json.JSONEncoder(ensure_ascii=True).encode
    for name in [name for name in sys.modules if name == "json" or name.startswith("json.")]:
        del sys.modules[name]
    return decoder, encoder


def main(path):
    load, dumps = private_json()
    with open(path, encoding="utf-8") as file:
        request = load(file)
    run = Run(request, dumps)
    leave = os._exit
    try:
        run.prepare()
        run.watchdog(float(request["seconds"]), float(request.get("longest") or request["seconds"]))
        run.watch.install()
        import asyncio  # noqa: F401
        import socket  # noqa: F401

        try:
            run.remember_builders()
        except BaseException as error:
            run.fail(error, "Importing fastapi")
        else:
            run.candidates()
            run.exchanges.ask_all(run.described, run)
            run.facts["logging"] = run.logs.outputs(run.warn) if run.described else []
    except BaseException as error:
        run.problem("The probe failed: %s" % sentence(error))
    run.write(done=True)
    # Threads and exit handlers of the project have nothing more to say.
    leave(0)
