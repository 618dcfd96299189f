"""What every project asks for, as data: the scope of a serious service, in milestones, with the checks that prove each part.

In ``text``, names in braces are texts of the `Domain`.
"""

from msgspec import Struct


class Requirement(Struct, frozen=True):
    title: str
    text: str
    checks: tuple[str, ...]


class Stage(Struct, frozen=True):
    """A milestone. ``asks`` are what fastreview must be allowed to do for its proof; ``also`` is what a person looks at."""

    title: str
    weeks: str
    requirements: tuple[Requirement, ...]
    also: str
    asks: tuple[str, ...] = ()


CONSTRAINTS = (
    "No global state. Everything injected.",
    "Importing a module opens nothing and reads no environment; what is opened is opened and closed in the lifespan.",
    "`create_app(settings)` called twice in one process gives two services that know nothing of each other.",
    "Time, randomness and identifiers are collaborators: no rule calls `datetime.now()` or `uuid4()` itself.",
    "Business code imports neither FastAPI nor a driver; it raises its own errors and is tested without HTTP.",
)

STAGES: tuple[Stage, ...] = (
    Stage(
        "A skeleton that is delivered on the first day",
        "1",
        (
            Requirement(
                "Factory, settings and structure",
                "`create_app(settings)` builds the service from a typed settings object with secrets as `SecretStr`. Routers by "
                "subject, thin endpoints, a business layer of its own, and an import contract that CI keeps.",
                (
                    "PRD001", "PRD002", "ARC001", "ARC002", "ARC003", "ARC004", "ARC005", "ARC006", "ARC007", "ARC008", "ARC009",
                    "ARC010", "ARC011", "ARC012", "ARC014", "ARC015", "ARC016", "ARC017", "ARC018", "ARC019",
                ),
            ),
            Requirement(
                "Types that find mistakes",
                "The type checker is strict and part of CI. A `Protocol` says what the business layer needs of {outside} and of "
                "storage; dependencies are `Annotated` aliases.",
                (
                    "TYP001", "TYP002", "TYP003", "TYP004", "TYP005", "TYP006", "TYP007", "TYP008", "TYP009", "TYP012", "TYP013",
                    "TYP011", "COR001", "COR018",
                ),
            ),
            Requirement(
                "Delivery",
                "A locked environment, lint, types and tests in CI, a multi-stage image that runs as a user of its own, "
                "and a README by which a stranger runs, configures and rolls it back.",
                (
                    "PRD009", "PRD010", "PRD011", "PRD012", "PRD013", "PRD014", "PRD018", "PRD021", "PRD022", "SEC018", "COR028",
                ),
            ),
        ),
        "A colleague who has never seen it starts it from the README, without a question.",
        ("--type-check",),
    ),
    Stage(
        "The field and its data",
        "2-3",
        (
            Requirement(
                "Async SQLAlchemy 2.0",
                "All tables of the data model, typed. One session and one owner of the transaction per request. {race}",
                (
                    "DAT001", "DAT002", "DAT003", "DAT008", "DAT009", "DAT010", "DAT011", "DAT012", "DAT013", "DAT014", "DAT015",
                    "COR007", "COR015", "COR016", "COR017",
                ),
            ),
            Requirement(
                "Migrations",
                "Alembic owns the schema, constraints and indexes included: upgrade, downgrade and upgrade again run in CI, and "
                "no process migrates when it starts.",
                ("DAT004", "DAT016", "PRD017"),
            ),
            Requirement(
                "Pagination, filtering, sorting",
                "{search}. Pages are one generic type, and their size has a bound.",
                ("DAT005", "DAT006", "DAT007", "TYP010"),
            ),
        ),
        "A test starts fifty tasks at once on the race above, on the engine of production, and one wins.",
        ("--run-tests",),
    ),
    Stage(
        "Who may do what",
        "4",
        (
            Requirement(
                "Authentication",
                "JWT of fifteen minutes with pinned algorithm, issuer and audience; refresh tokens that rotate, are stored as "
                "hashes, and whose reuse ends the whole family. Passwords by Argon2, the login limited by account and address.",
                (
                    "SEC001", "SEC004", "SEC005", "SEC006", "SEC007", "SEC009", "SEC014", "SEC015", "SEC019", "COR008",
                ),
            ),
            Requirement(
                "Authorization",
                "Roles: {roles}. Beyond roles, objects: {own}. Policies are functions, tested without HTTP; what somebody may "
                "not see answers 404.",
                ("SEC002", "SEC003", "COR009"),
            ),
            Requirement(
                "What reaches the outside",
                "Origins from settings, security headers, nothing secret in logs, no address that a client chooses is called.",
                ("SEC008", "SEC010", "SEC011", "SEC012", "SEC013", "SEC016", "SEC017", "SEC020"),
            ),
        ),
        "For each write route a test without token, with another role's, and with the token of somebody else's object.",
    ),
    Stage(
        "A contract for strangers",
        "5",
        (
            Requirement(
                "Request and response models",
                "Input models forbid what they do not know and bound all they take; output models are others. A discriminated "
                "union where kinds differ, a PATCH that keeps what was left out.",
                (
                    "COR002", "COR003", "COR004", "COR005", "COR006", "COR010", "COR011", "COR012", "COR013", "COR014", "COR021",
                    "COR025", "COR026", "COR027", "COR029", "COR030",
                ),
            ),
            Requirement(
                "Structured errors",
                "One schema (RFC 9457) for 404, 405, 409, 422 and 500, made in one place from errors of the business layer, and "
                "documented at each route that can answer it.",
                ("PRD006", "COR022"),
            ),
            Requirement(
                "Versions and documentation",
                "The path carries the version; operation ids are stable, the OpenAPI document has examples, and CI refuses a "
                "change that breaks a client.",
                ("ARC013", "COR023", "COR024", "PRD020"),
            ),
        ),
        "Generate a client from the OpenAPI document and write the main use case with it, without looking at the code.",
        ("--run-tests",),
    ),
    Stage(
        "The loop and the world outside",
        "6",
        (
            Requirement(
                "Calls to others",
                "One client for {outside} (it {outside_does}), made in the lifespan, with time-outs, retries with "
                "back-off, and a limit on concurrent calls. In fact {failure}.",
                ("ASY006", "ASY007", "PRD019", "ASY012", "ASY016"),
            ),
            Requirement(
                "Nothing holds the loop",
                "{heavy}: off the loop, bounded, and cancelled with its request or moved to a worker. An own pure ASGI "
                "middleware for timing and one that carries the caller's context.",
                (
                    "ASY001", "ASY002", "ASY003", "ASY004", "ASY005", "ASY009", "ASY010", "ASY011", "ASY013", "ASY014", "ASY015",
                    "ASY017", "ASY018", "ASY019", "ASY020",
                ),
            ),
            Requirement(
                "Work that must not be lost",
                "{durable}. Through an outbox and a queue, not through `BackgroundTasks`.",
                ("COR019", "COR020", "ASY008"),
            ),
        ),
        "With {outside} answering after four seconds and 200 requests open, the liveness route still answers within 100 ms.",
        ("--run-tests",),
    ),
    Stage(
        "Seen from outside, proven from inside",
        "7",
        (
            Requirement(
                "Logs, correlation ids, metrics",
                "JSON logs, a request id that is taken or made and stands in every line, in each call to others and in the "
                "answer. Metrics of the machine, and one of the field: {metric}.",
                ("PRD003", "PRD004", "PRD005", "PRD015"),
            ),
            Requirement(
                "Health and readiness",
                "Liveness looks at nothing; readiness looks at the database and the queue, and goes red first at shutdown.",
                ("PRD007", "PRD008", "PRD016"),
            ),
            Requirement(
                "Tests of a backend engineer",
                "Most tests call the business layer, on fakes of its contracts; storage is tested on the real engine. With "
                "Hypothesis: {invariant}. 90 % branch coverage of the business layer, kept by CI.",
                (
                    "TST001", "TST002", "TST003", "TST004", "TST005", "TST006", "TST007", "TST008", "TST009", "TST010", "TST011",
                    "TST012", "TST013", "TST014", "TST015", "TST016", "TST017",
                ),
            ),
        ),
        "From the id in one response to its log lines, its trace and its query, within a minute.",
        ("--run-tests", "--type-check"),
    ),
    Stage(
        "Change it, then give a part away",
        "8",
        (
            Requirement(
                "A part that others can use",
                "Extract {plugin}: an interface, tests of its own, a page of documentation, and this service as its first user.",
                ("EXT001", "EXT002"),
            ),
        ),
        "The two changes below were made after everything else stood. Note which files each touched, and why not fewer.",
    ),
)  # fmt: skip
