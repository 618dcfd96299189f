"""The learning path as data: what each week is about, what proves it, what to read, and an exercise in the reader's own code.

Ten subjects in the order in which they build on one another: internals and typing first, then one service taken seriously,
then async, testing, operation, and last refactoring and extracting what others could use.
"""

from msgspec import Struct

from fastreview.review import Link


class Subject(Struct, frozen=True):
    """One week. ``checks`` prove it, the most telling first. ``sources`` are steps of the framework (`Framework.source`).

    In ``exercise``, ``{route}`` is the route of the project that shows most.
    """

    title: str
    goal: str
    checks: tuple[str, ...]
    readings: tuple[Link, ...]
    sources: tuple[str, ...]
    exercise: str
    body: bool = False
    """The exercise wants a route that takes a body."""


def _fastapi(title: str, path: str) -> Link:
    return Link(title, f"https://fastapi.tiangolo.com/{path}/")


SUBJECTS: tuple[Subject, ...] = (
    Subject(
        "Internals: dependencies and the life of a request",
        "Say of any route what runs before the endpoint, in which order, where, and what is cleaned up after it.",
        (
            "COR015", "COR016", "COR004", "COR005", "COR006", "COR001", "COR030", "COR017", "COR018", "COR020", "ASY005",
            "COR028",
        ),
        (
            _fastapi("Dependencies with yield", "tutorial/dependencies/dependencies-with-yield"),
            _fastapi("Sub-dependencies", "tutorial/dependencies/sub-dependencies"),
            Link("Starlette: routing", "https://www.starlette.io/routing/"),
        ),
        ("include", "dependant", "routing", "request", "dependencies", "generator", "teardown"),
        "Run `fastreview trace . \"{route}\"`, then read each framework line it names and write down, without looking, the "
        "order of its dependencies, which of them are cached, and when each clean-up runs.",
    ),
    Subject(
        "Typed contracts: Pydantic and the type checker",
        "Let models and annotations refuse what is wrong, so that an editor finds most mistakes in the API before a test does.",
        (
            "COR008", "TYP001", "TYP003", "COR002", "COR010", "COR013", "COR007", "COR029", "TYP002", "TYP004", "TYP005",
            "TYP007", "COR011", "COR012", "COR014", "COR009", "COR027", "TYP009", "TYP010", "TYP012", "TYP013", "TYP008",
            "COR003",
        ),
        (
            Link("Pydantic: models", "https://docs.pydantic.dev/latest/concepts/models/"),
            Link("Pydantic: validators", "https://docs.pydantic.dev/latest/concepts/validators/"),
            Link("mypy: the strict flags", "https://mypy.readthedocs.io/en/stable/command_line.html"),
            _fastapi("Response model and return type", "tutorial/response-model"),
        ),
        ("body", "parameters", "response"),
        "Give the request and the response of `{route}` models of their own, every field bounded, and turn one mistake that a "
        "client could make into one that the type checker or the model refuses.",
        body=True,
    ),
    Subject(
        "The HTTP side: errors, versions, documentation",
        "An API that a stranger can use from its documentation alone: one error format, true status codes, a version.",
        ("COR021", "PRD006", "SEC011", "COR022", "COR023", "COR025", "COR026", "ARC013", "ARC016", "COR024", "PRD020"),
        (
            _fastapi("Handling errors", "tutorial/handling-errors"),
            _fastapi("Additional responses in OpenAPI", "advanced/additional-responses"),
            Link("RFC 9457: problem details", "https://www.rfc-editor.org/rfc/rfc9457"),
        ),
        ("exceptions", "server errors", "response"),
        "Make 404, 405, 422 and 500 of this service one schema, declare it in `responses`, and compare what `{route}` "
        "documents with what it answers.",
    ),
    Subject(
        "Data: sessions, transactions, migrations",
        "One session and one owner of the transaction per request, lists that stay small, a schema that migrations own.",
        (
            "DAT010", "DAT003", "DAT004", "DAT001", "DAT005", "DAT002", "DAT014", "DAT008", "DAT006", "DAT009", "DAT007",
            "DAT011", "DAT013", "DAT015", "PRD017", "DAT012", "DAT016",
        ),
        (
            Link("SQLAlchemy: asyncio", "https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html"),
            Link("SQLAlchemy: session basics", "https://docs.sqlalchemy.org/en/20/orm/session_basics.html"),
            Link("Alembic: tutorial", "https://alembic.sqlalchemy.org/en/latest/tutorial.html"),
        ),
        ("generator", "teardown"),
        "Draw, for `{route}`, where its session is opened, who commits, who rolls back and when it is closed; then make each "
        "of the four happen in exactly one place.",
    ),
    Subject(
        "Security: who may do what",
        "Every write has a caller and a permission, secrets live outside the code, and input reaches nothing unchecked.",
        (
            "SEC007", "SEC004", "SEC006", "SEC012", "SEC016", "SEC001", "SEC008", "SEC010", "SEC014", "SEC020", "SEC002",
            "SEC013", "SEC005", "SEC009", "SEC015", "SEC019", "SEC003", "SEC017", "SEC018",
        ),
        (
            _fastapi("Security: OAuth2 scopes", "advanced/security/oauth2-scopes"),
            Link("OWASP API security top 10", "https://owasp.org/API-Security/editions/2023/en/0x11-t10/"),
            Link("OWASP: JSON web tokens", "https://cheatsheetseries.owasp.org/cheatsheets/JSON_Web_Token_for_Java_Cheat_Sheet.html"),
        ),
        ("dependencies",),
        "Write a test that calls `{route}` without credentials, with those of another user, and with an expired token; mend "
        "what answers 200.",
    ),
    Subject(
        "Async and ASGI: keep the loop free",
        "Know what runs on the event loop and what in a thread, and prove that nothing holds the loop.",
        (
            "ASY009", "ASY001", "ASY002", "ASY010", "ASY007", "ASY008", "ASY003", "ASY004", "ASY006", "ASY011", "ASY012",
            "ASY018", "ASY019", "ASY020", "COR019", "ASY013", "ASY015", "ASY017", "ASY014", "ASY016",
        ),
        (
            _fastapi("Concurrency and async / await", "async"),
            Link("Starlette: thread pool", "https://www.starlette.io/threadpool/"),
            Link("Starlette: middleware", "https://www.starlette.io/middleware/"),
            Link("Python: developing with asyncio", "https://docs.python.org/3/library/asyncio-dev.html"),
        ),
        ("stack", "endpoint", "thread", "base middleware"),
        "Put `time.sleep(0.3)` into `{route}`, run its test with `fastreview . --run-tests` and find the stall it reports; take "
        "it out, then write a pure ASGI middleware that adds a `Server-Timing` header.",
    ),
    Subject(
        "Testing like a backend engineer",
        "Business rules tested without HTTP, every route called at least once, refusals tested as well as successes.",
        (
            "TST001", "TST002", "TST006", "TST012", "TST004", "TST003", "TST011", "TST014", "TST007", "TST008", "TST009",
            "TST005", "TST015", "TST017", "TST013", "TST010", "TST016",
        ),
        (
            _fastapi("Testing dependencies with overrides", "advanced/testing-dependencies"),
            _fastapi("Async tests", "advanced/async-tests"),
            Link("Hypothesis: quick start", "https://hypothesis.readthedocs.io/en/latest/quickstart.html"),
        ),
        (),
        "Cover one rule behind `{route}` with a test that makes no request, one property-based test of its input, and one test "
        "each for 401, 404 and 422.",
        body=True,
    ),
    Subject(
        "Observability: see what it does",
        "From a complaint to the log lines, the trace and the metric of that one request, within a minute.",
        ("PRD003", "PRD007", "PRD004", "PRD005", "PRD008", "PRD015", "PRD016", "PRD019"),
        (
            Link("Starlette: lifespan", "https://www.starlette.io/lifespan/"),
            Link("OpenTelemetry: Python", "https://opentelemetry.io/docs/languages/python/"),
            Link("Kubernetes: probes", "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/"),
        ),
        ("app", "stack"),
        "Send a request with `X-Request-ID: week-8` to `{route}` and find that id in every log line and in the response.",
    ),
    Subject(
        "Production: settings, containers, delivery",
        "A stranger deploys it from the README, rolls it back, and CI refuses what would break it.",
        (
            "PRD001", "PRD013", "PRD014", "PRD009", "PRD002", "PRD010", "PRD011", "PRD018", "PRD021", "TYP006", "PRD012",
            "PRD022",
        ),
        (
            _fastapi("Deployment concepts", "deployment/concepts"),
            Link("pydantic-settings", "https://docs.pydantic.dev/latest/concepts/pydantic_settings/"),
            Link("Docker: building best practices", "https://docs.docker.com/build/building/best-practices/"),
        ),
        (),
        "Build the image, start it with one wrong setting, and make it say which one and why before it accepts a request.",
    ),
    Subject(
        "Refactor, extract, document",
        "Layers that a tool enforces, no state at module level, and one part good enough to be a package of its own.",
        (
            "ARC002", "ARC008", "ARC012", "ARC017", "ARC007", "ARC001", "ARC015", "ARC004", "ARC005", "ARC006", "ARC009",
            "ARC010", "ARC011", "ARC003", "ARC014", "ARC019", "TYP011", "ARC018", "EXT001", "EXT002",
        ),
        (
            _fastapi("Bigger applications", "tutorial/bigger-applications"),
            Link("Import Linter", "https://import-linter.readthedocs.io/en/stable/"),
            _fastapi("Extending OpenAPI", "how-to/extending-openapi"),
        ),
        ("include", "app"),
        "Move the decisions of `{route}` into a function that imports nothing of FastAPI and gets its collaborators as "
        "parameters; then write the import contract that keeps it so.",
    ),
)  # fmt: skip
