"""Reviews of a service that does not exist: small as a reader would meet it, big for the limits, hostile."""

# ruff: noqa: E501 (the tables read best with one entry on a line)

from typing import cast

import msgspec

from fastreview.review import (
    LEVELS,
    SCHEMA,
    AppEntry,
    Architecture,
    DimensionEntry,
    DimensionLevel,
    Effort,
    Excerpt,
    FindingEntry,
    GatheredEntry,
    Headline,
    History,
    HistoryChange,
    HistoryPoint,
    Injectable,
    Kind,
    LayerEdge,
    LayerImport,
    LevelName,
    Link,
    NextStep,
    OutcomeEntry,
    Page,
    Plan,
    ProjectEntry,
    RelatedPlace,
    Review,
    RouteEntry,
    RouteTests,
    RungName,
    ScopeEntry,
    Severity,
    State,
    StrengthEntry,
    SubjectCounts,
    SuppressionEntry,
    Tool,
    Trace,
    TraceStep,
    Unparsed,
    Week,
)

OUTCOMES = """
COR002 missing-response-contract core 1 gate route 25 23 2 0 configured | Routes without a response contract
COR004 path-parameter-mismatch core 1 gate route 25 25 0 0 exercised | Path parameter that nothing consumes
COR005 shadowed-route core 1 gate route 25 25 0 0 exercised | Route shadowed by an earlier route
COR008 sensitive-field-in-response core 1 never route 25 25 0 0 exercised | Sensitive field in a response
COR010 pydantic-v1-idiom core 1 gate use 64 64 0 0 configured | Pydantic v1 idiom
COR021 status-code-semantics core 1 credit2 route 14 12 2 0 configured | Status code that says something else
COR009 server-field-accepted core 2 gate route 9 7 2 0 configured | Server-owned field accepted from the client
COR011 unconstrained-input core 2 credit3 field 48 31 17 0 configured | Unconstrained input
COR022 undocumented-error-response core 2 credit2 route 25 4 21 0 configured | Error response missing from the schema
COR027 pydantic-v2-mastery core 2 credit2 project 1 1 0 0 configured | Pydantic v2 features unused
ARC001 monolithic-app-module architecture 1 gate app 1 1 0 0 configured | All routes in one module
ARC002 fat-endpoint architecture 1 gate endpoint 25 20 5 0 configured | Endpoint that does the work itself
ARC007 import-cycle architecture 1 gate project 1 0 1 0 - | Import cycle
ARC012 import-side-effect architecture 1 gate app 1 1 0 0 exercised | Import with side effects
ARC004 no-service-layer architecture 2 gate project 1 1 0 0 configured | No service layer
ARC005 layer-violation architecture 2 gate import 118 116 2 0 configured | Import against the layers
ARC011 no-app-factory architecture 2 gate app 1 0 1 0 - | No application factory
ARC018 boundary-not-enforced architecture 3 gate project 1 0 1 0 - | Layer boundaries not enforced
ASY001 blocking-call async 1 gate endpoint 25 18 7 0 configured | Blocking call on the event loop
ASY005 startup-event async 1 gate app 1 1 0 0 exercised | Start-up event instead of lifespan
ASY007 missing-timeout async 1 gate client 2 1 1 0 configured | Outbound call without a timeout
ASY009 unawaited-coroutine async 1 never call 140 140 0 0 configured | Coroutine never awaited
ASY006 client-per-request async 2 gate call 4 2 2 0 configured | New client for every request
ASY004 observed-stall async 2 gate route 25 0 0 25 - | Stall seen in a test run
TYP001 unannotated-function typing 1 gate function 212 204 8 0 configured | Unannotated function
TYP003 no-type-checker typing 1 gate project 1 1 0 0 enforced | No type checker
TYP002 fully-annotated typing 2 gate function 212 204 8 0 configured | Functions not fully annotated
TYP004 lenient-type-checker typing 2 gate project 1 1 0 0 configured | Lenient type checker
TYP005 type-errors typing 2 gate module 41 0 0 41 - | Type errors
TYP009 no-contracts typing 2 credit3 project 1 1 0 0 configured | No contracts between parts
DAT001 legacy-orm-style data 1 gate table 11 11 0 0 configured | Legacy ORM style
DAT004 no-migrations data 1 gate project 1 1 0 0 configured | No migrations
DAT005 unpaginated-list data 1 gate route 6 6 0 0 exercised | List without pagination
DAT010 sql-built-from-strings data 1 never call 37 37 0 0 configured | SQL built from strings
DAT006 unbounded-page-size data 2 gate route 6 5 1 0 exercised | Unbounded page size
DAT008 query-in-loop data 2 gate call 37 35 2 0 configured | Query in a loop
SEC001 unprotected-write security 1 gate route 14 12 2 0 exercised | Write without authentication
SEC004 jwt-misuse security 1 never call 3 3 0 0 configured | JWT accepted without full verification
SEC007 hard-coded-secret security 1 never literal 9 9 0 0 configured | Secret in the code
SEC008 permissive-cors security 1 gate middleware 1 1 0 0 exercised | Permissive CORS
SEC002 no-authorization security 2 gate route 14 10 4 0 exercised | Write without authorisation
SEC009 no-rate-limit security 2 credit3 project 1 0 1 0 - | No rate limit on login
SEC018 dependency-audit security 3 gate project 1 0 1 0 - | Dependencies not audited
TST001 no-tests testing 1 gate project 1 1 0 0 configured | No tests
TST002 untested-route testing 1 gate route 25 17 0 8 configured | Route that no test exercises
TST006 assertion-free-test testing 1 gate test 96 96 0 0 configured | Test without an assertion
TST004 business-logic-coverage testing 2 gate module 9 0 0 9 - | Business logic not covered
TST012 tests-not-enforced testing 2 gate project 1 1 0 0 enforced | Tests not enforced
PRD001 no-settings-object production 1 gate project 1 1 0 0 exercised | No settings object
PRD003 print-logging production 1 gate call 58 52 6 0 configured | print() for logging
PRD007 no-health-check production 1 gate app 1 1 0 0 exercised | No health check
PRD013 no-ci production 1 gate project 1 1 0 0 enforced | No pipeline
PRD005 no-correlation-id production 2 gate app 1 0 0 1 - | No correlation id
PRD010 container-production-grade production 2 credit3 file 1 0 1 0 - | Container not production grade
PRD012 orchestration-probes production 3 credit3 project 0 0 0 0 - | No orchestration probes
EXT001 reusable-component extension 2 credit3 project 1 1 0 0 configured | No reusable component
"""

REASONS = {
    "ASY004": "The tests were not run",
    "TYP005": "The project's type checker was not run",
    "TST002": "8 routes have no test that names them; a test run under coverage would tell",
    "TST004": "No coverage was measured",
    "PRD005": "The header is set in middleware that the app builds at run time",
    "PRD012": "No Kubernetes, Compose or Nomad file in the repository",
}

EFFORTS: tuple[Effort, ...] = ("minutes", "hours", "days")

NAMES = ("core", "architecture", "async", "typing", "data", "security", "testing", "production", "extension")

PAGES = {
    "ASY001": Page(
        code="ASY001",
        slug="blocking-call",
        title="Blocking call on the event loop",
        why=(
            "One event loop serves all requests of a worker. A call that waits without `await` (a synchronous driver, "
            "`time.sleep`, `requests`) stops **every** request that the worker is serving until it returns.\n\n"
            "It is not seen on a developer's machine, as there is one user; under load it appears as latency that has "
            "nothing to do with the slow route."
        ),
        improve=(
            "- Use an asynchronous client: `httpx.AsyncClient`, an async SQLAlchemy engine.\n"
            "- Or hand the call over: `await run_in_threadpool(render, order)`.\n"
            "- Or make the endpoint a plain `def`: FastAPI then runs it in a thread."
        ),
        exceptions="A call that is known to return at once, such as reading a few bytes from a local file at start-up.",
        links=(
            Link("FastAPI: concurrency and async / await", "https://fastapi.tiangolo.com/async/"),
            Link("Starlette: thread pool", "https://www.starlette.io/threadpool/"),
        ),
        bad='@router.get("/rates")\nasync def rates() -> Rates:\n    return Rates(**requests.get(RATES_URL).json())\n',
        good=(
            '@router.get("/rates")\nasync def rates(client: HttpClient) -> Rates:\n'
            "    response = await client.get(RATES_URL)\n    return Rates.model_validate(response.json())\n"
        ),
    ),
    "SEC001": Page(
        code="SEC001",
        slug="unprotected-write",
        title="Write without authentication",
        why="Anyone who can reach the service can change its data. Nothing in the route, its router or the app asks who calls.",
        improve="Declare the dependency once, on the router, so that a new route is protected by default:\n\n"
        '```python\nrouter = APIRouter(prefix="/parcels", dependencies=[Depends(current_user)])\n```',
        exceptions="Routes that are public by purpose: login, registration, a webhook that checks a signature.",
        links=(Link("FastAPI: security", "https://fastapi.tiangolo.com/tutorial/security/"),),
    ),
    "COR011": Page(
        code="COR011",
        slug="unconstrained-input",
        title="Unconstrained input",
        why="A string without a length and a number without a range are accepted at any size, and end up in a column, a log or a loop.",
        improve="State the bounds where the field is declared: `Annotated[str, Field(max_length=80)]`.",
        exceptions="Free text whose size the server limits already.",
        links=(Link("Pydantic: fields", "https://docs.pydantic.dev/latest/concepts/fields/"),),
    ),
}

ROUTES = """
POST /auth/token login auth 0 201
POST /auth/refresh refresh auth 0 200
GET /users/me read_me users bearer 200
PATCH /users/me update_me users bearer 200
GET /users list_users users bearer 200
POST /users create_user users 0 201
DELETE /users/{user_id} delete_user users bearer 204
GET /parcels list_parcels parcels bearer 200
POST /parcels create_parcel parcels bearer 201
GET /parcels/{parcel_id} read_parcel parcels bearer 200
PATCH /parcels/{parcel_id} update_parcel parcels bearer 200
DELETE /parcels/{parcel_id} cancel_parcel parcels bearer 204
POST /parcels/{parcel_id}/label print_label labels bearer 201
GET /parcels/{parcel_id}/label read_label labels bearer 200
GET /parcels/{parcel_id}/events list_events tracking bearer 200
POST /parcels/{parcel_id}/events record_event tracking 0 201
GET /rates quote_rates rates bearer 200
GET /carriers list_carriers carriers bearer 200
PUT /carriers/{carrier_id} replace_carrier carriers bearer 200
POST /carriers/{carrier_id}/sync sync_carrier carriers bearer 202
GET /reports/daily daily_report reports bearer 200
GET /reports/export export_report reports bearer 200
WS /tracking/{parcel_id} follow_parcel tracking bearer 101
GET /health health health 0 200
GET /ready ready health 0 200
"""

SNIPPETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ASY001": (
        "`requests.get` blocks the event loop for up to its timeout; no other request of this worker is served meanwhile.",
        (
            '@router.get("/rates", response_model=list[RateOut])',
            "async def quote_rates(parcel: ParcelQuery, user: CurrentUser) -> list[Rate]:",
            '    """Prices of every carrier for one parcel."""',
            '    answer = requests.get(f"{CARRIER_URL}/rates", params=parcel.model_dump())',
            "    if answer.status_code != 200:",
            "        raise CarrierUnavailable(answer.status_code)  # mapped to 502",
            '    return [Rate(**row) for row in answer.json()["rates"]]',
        ),
    ),
    "SEC001": (
        "This route changes data and asks for no authentication: none on the app, the router, the route or its dependencies.",
        (
            '@router.post("", status_code=201)',
            "async def create_user(body: UserIn, session: SessionDep) -> UserOut:",
            "    user = User(**body.model_dump())",
            "    session.add(user)",
            "    await session.commit()",
            "    return UserOut.model_validate(user)",
        ),
    ),
    "COR011": (
        "The field accepts a string of any length.",
        (
            "class ParcelIn(BaseModel):",
            "    reference: str",
            "    weight_grams: int",
            "    note: str | None = None",
        ),
    ),
    "ARC005": (
        "A business module imports the web framework: the dependency points the wrong way.",
        (
            "from fastapi import HTTPException",
            "",
            "from harbour.db import parcels",
            "",
            "async def cancel(session: AsyncSession, parcel_id: UUID) -> None:",
        ),
    ),
    "PRD003": (
        "print() writes without a level, a time or a correlation id.",
        ("    except CarrierError as error:", '        print("carrier failed", error)', "        raise"),
    ),
    "DAT008": (
        "One query per parcel: 100 parcels cost 101 queries.",
        (
            "    for parcel in await session.scalars(select(Parcel).limit(limit)):",
            "        events = await session.scalars(select(Event).where(Event.parcel_id == parcel.id))",
            "        rows.append(summary(parcel, events.all()))",
        ),
    ),
    "ARC002": (
        "The endpoint decides and stores by itself: complexity 14, three queries, four branches.",
        (
            "async def update_parcel(parcel_id: UUID, body: ParcelPatch, session: SessionDep) -> Parcel:",
            "    parcel = await session.get(Parcel, parcel_id)",
            "    if parcel is None:",
            '        raise HTTPException(404, "no such parcel")',
            "    if parcel.state in {State.SHIPPED, State.DELIVERED} and body.address:",
        ),
    ),
}

FINDINGS: tuple[tuple[str, Severity, int, str], ...] = (
    ("SEC001", "blocker", 2, "harbour/web/users.py"),
    ("ASY001", "major", 7, "harbour/web/rates.py"),
    ("ARC007", "major", 1, "harbour/services/pricing.py"),
    ("ARC005", "major", 2, "harbour/services/cancel.py"),
    ("ASY007", "major", 1, "harbour/carriers/client.py"),
    ("ARC002", "minor", 5, "harbour/web/parcels.py"),
    ("COR011", "minor", 17, "harbour/web/schemas.py"),
    ("DAT008", "major", 2, "harbour/db/reports.py"),
    ("PRD003", "minor", 6, "harbour/carriers/sync.py"),
    ("COR021", "info", 2, "harbour/web/labels.py"),
    ("DAT006", "minor", 1, "harbour/web/paging.py"),
    ("COR009", "minor", 2, "harbour/web/schemas.py"),
)


def outcomes() -> tuple[OutcomeEntry, ...]:
    made = []
    for line in OUTCOMES.strip().splitlines():
        fields, title = line.split(" | ")
        code, slug, dimension, level, kind, unit, total, passed, failed, unknown, rung = fields.split()
        counts = SubjectCounts(passed=int(passed), failed=int(failed), unknown=int(unknown))
        tolerance = {"COR002": 0.1, "ARC002": 0.3, "TYP001": 0.1, "PRD003": 0.05, "TYP002": 0.02}.get(code, 0.0)
        missed = counts.failed + (int(total) - int(passed) - int(failed) - int(unknown))
        state: State = "met"
        if total == "0":
            state = "not-applicable"
        elif missed > int(tolerance * int(total)):
            state = "not-met"
        elif unknown != "0":
            state = "unknown"
        made.append(
            OutcomeEntry(
                check=code,
                slug=slug,
                title=title,
                dimension=dimension,
                level=LEVELS[int(level)],
                kind=cast("Kind", kind.rstrip("0123456789")),
                weight=int(kind[6:]) if kind.startswith("credit") else 0,
                tolerance=tolerance,
                state=state,
                subjects=counts,
                rung=cast("RungName", rung) if rung != "-" else "",
                reason=REASONS.get(code, ""),
                unit=unit,
                effort=EFFORTS[sum(map(ord, code)) % 3],
            )
        )
    off = made[-1]
    made.append(
        msgspec.structs.replace(
            off, check="PRD018", slug="lint-format-hooks", title="No linter or formatter", dimension="production",
            level="intermediate", state="off", rung="", weight=1, subjects=SubjectCounts(), reason="Ignored in pyproject.toml",
        )
    )  # fmt: skip
    made.append(
        msgspec.structs.replace(
            off, check="SEC012", slug="injection", title="Injection", dimension="security", level="intermediate",
            kind="never", weight=0, state="crashed", rung="", subjects=SubjectCounts(), reason="IndexError in the check",
        )
    )  # fmt: skip
    return tuple(made)


def dimensions(evaluated: tuple[OutcomeEntry, ...]) -> tuple[DimensionEntry, ...]:
    return tuple(dimension(name, [o for o in evaluated if o.dimension == name]) for name in NAMES)


def dimension(name: str, members: list[OutcomeEntry]) -> DimensionEntry:
    levels = []
    proven = possible = 0
    for rank in (1, 2, 3):
        here = [o for o in members if o.level == LEVELS[rank] and o.state != "not-applicable"]
        gates = [o for o in here if o.kind != "credit"]
        credits_ = [o for o in here if o.kind == "credit"]
        total = sum(o.weight for o in credits_)
        share = sum(o.weight * proven_share(o.subjects) for o in credits_) / total if total else 1.0
        met = sum(o.state == "met" for o in gates)
        held = met == len(gates) and share >= 0.8
        if held and proven == rank - 1:
            proven = rank
        if possible == rank - 1 and all(o.state != "not-met" for o in gates) and (share >= 0.8 or rank == 1):
            possible = rank
        blocking = tuple(o.check for o in gates if o.state != "met")
        levels.append(DimensionLevel(LEVELS[rank], met, len(gates), share, held, blocking))
    following = levels[min(proven, 2)]
    progress = 0.5 * (following.gates_met / (following.gates or 1)) + 0.5 * min(1.0, following.share / 0.8)
    index = min(100.0, round((proven + min(0.99, progress)) / 3 * 100, 1))
    return DimensionEntry(
        name=name, proven=LEVELS[proven], possible=LEVELS[max(proven, possible)], index=index, assessed=True,
        core=name != "extension", banked=0.2, levels=tuple(levels),
    )  # fmt: skip


def proven_share(counts: SubjectCounts) -> float:
    return counts.passed / ((counts.passed + counts.failed + counts.unknown) or 1)


TESTED = (
    RouteTests(
        "yes",
        "code",
        5,
        (
            RelatedPlace("tests/test_parcels.py", 14, "test_create"),
            RelatedPlace("tests/test_parcels.py", 40, "test_read"),
        ),
    ),
    RouteTests("no", "code"),
    RouteTests("unknown", "code"),
    RouteTests(),
)


def routes(times: int) -> tuple[RouteEntry, ...]:
    made = []
    for copy in range(times):
        prefix = f"/v{copy + 1}" if times > 1 else ""
        for number, line in enumerate(ROUTES.strip().splitlines()):
            method, path, endpoint, module, security, status = line.split()
            made.append(
                RouteEntry(
                    method=method,
                    path=prefix + path,
                    endpoint=f"harbour.web.{module}.{endpoint}",
                    path_file=f"harbour/web/{module}.py",
                    line=20 + 17 * (number % 5),
                    is_async=number % 6 != 0,
                    seen=("static", "runtime") if number % 4 else ("static",),
                    security=() if security == "0" else ("OAuth2PasswordBearer",),
                    dependencies=("get_session", "current_user") if security != "0" else ("get_session",),
                    response_model="" if number % 8 == 3 else f"{endpoint.title().replace('_', '')}Out",
                    tags=(module,),
                    status_code=int(status),
                    tests=TESTED[number % 4],
                    injected=(1, 0) if security != "0" else (0,),
                    without_credentials="refused" if security != "0" else "passed" if number % 2 else "",
                )
            )
    return tuple(made)


def findings(all_routes: tuple[RouteEntry, ...], times: int) -> tuple[FindingEntry, ...]:
    made: list[FindingEntry] = []
    for code, severity, count, path in FINDINGS:
        slug = next(line.split()[1] for line in OUTCOMES.strip().splitlines() if line.startswith(code))
        message, lines = SNIPPETS.get(code, (f"{slug.replace('-', ' ').capitalize()} here.", ()))
        for number in range(count * times):
            route = all_routes[(5 + 10 * number) % len(all_routes)]
            line = 31 + 13 * number
            excerpt = Excerpt(first=line - min(3, len(lines) - 1), lines=lines) if lines else None
            made.append(
                FindingEntry(
                    check=code,
                    slug=slug,
                    severity=severity,
                    confidence="possible" if code == "DAT008" else "likely" if number % 3 == 2 else "certain",
                    subject=f"{route.method} {route.path}",
                    path=path,
                    line=line,
                    end_line=line,
                    message=message if number % 2 == 0 else message.replace("up to its timeout", "about 300 ms"),
                    fingerprint=f"{code.lower()}{number:010d}",
                    related=(
                        RelatedPlace("harbour/services/rates.py", 44, "calls fetch_rates()"),
                        RelatedPlace("harbour/carriers/client.py", 71, "calls requests.get() without a thread"),
                    )
                    if code == "ASY001"
                    else (),
                    fix="safe" if code == "PRD003" else None,
                    status="waived" if code == "DAT006" else "accepted" if code == "COR009" and number else "open",
                    excerpt=excerpt,
                )
            )
    return tuple(made)


def example(times: int = 1) -> Review:
    """A parcel service; ``times`` multiplies its routes and findings."""
    evaluated = outcomes()
    all_routes = routes(times)
    return Review(
        made="2026-11-22",
        schema=SCHEMA,
        tool=Tool(version="0.1.0", ruleset="3f9c21d07a5e", model="1"),
        project=ProjectEntry(
            name="harbour",
            commit="8c1f0e4b7a6d5c3b2a19f8e7d6c5b4a392817f60",
            dirty=False,
            apps=(AppEntry(target="harbour.main:app", path="harbour/main.py", line=18, seen=("static", "runtime")),),
        ),
        scope=ScopeEntry(
            files=63 * times,
            lines=5218 * times,
            routes=len(all_routes),
            unparsed=(Unparsed("scripts/legacy_import.py", "Python 2 syntax on line 14"),),
            left_out=(
                Unparsed("harbour/proto/", "generated code"),
                Unparsed("frontend/", "no Python"),
                Unparsed("harbour/assets/blob.py", "larger than 2 MB"),
            ),
        ),
        gathered=(
            GatheredEntry("source", "ok", "", "", 0.31),
            GatheredEntry("app", "ok", "harbour.main:app imported with Python 3.12, FastAPI 0.121", "", 1.9),
            GatheredEntry("files", "ok", "", "", 0.02),
            GatheredEntry(
                "tests", "off", "The tests were not run.", "Give --run-tests to run them under coverage.", 0.0
            ),
            GatheredEntry(
                "types", "unavailable", "mypy is configured but not installed.", "Install the dev group.", 0.0
            ),
            GatheredEntry("git", "ok", "", "", 0.05),
        ),
        level=Headline(proven="junior", possible="intermediate", evidence=0.834, index=27.4, assessed=True),
        levels=LEVELS,
        dimensions=dimensions(evaluated),
        outcomes=evaluated,
        findings=findings(all_routes, times),
        strengths=tuple(
            StrengthEntry(o.check, o.slug, "", f"harbour/{o.dimension}.py", 12 + n, message, o.rung)
            for o, message in ((o, message) for o in evaluated for message in STRENGTHS.get(o.check, ()))
            for n in range(1 if o.unit in {"project", "app"} else 4)
        ),
        routes=all_routes,
        next_steps=(
            NextStep(
                check="SEC001",
                why="Two routes change data for anyone who can reach the service; the others already ask for a bearer token.",
                effort="minutes",
                unlocks="Security holds Intermediate",
                proof="The next review shows POST /users and POST /parcels/{parcel_id}/events with OAuth2PasswordBearer.",
                path="harbour/web/users.py",
                line=31,
            ),
            NextStep(
                check="ASY001",
                why="Seven endpoints wait for carriers with a synchronous client and hold up every other request.",
                effort="hours",
                unlocks="Async and ASGI holds Intermediate once the outbound timeout is set as well",
                proof="No path from an async endpoint reaches requests.get.",
                path="harbour/web/rates.py",
                line=31,
            ),
            NextStep(
                check="ARC007",
                why="pricing and carriers import each other; neither can be tested or replaced alone.",
                effort="hours",
                unlocks="Architecture holds Intermediate",
                proof="The import graph of the next review has no cycle.",
                path="harbour/services/pricing.py",
                line=3,
            ),
        ),
        plan=Plan(
            weeks=(
                Week(
                    "Security: who may do what",
                    "Every write has a caller and a permission, and input reaches nothing unchecked.",
                    ("SEC001", "SEC002"),
                    number=1,
                    evidence="4 of 6 checks are met.",
                    gaps=(
                        RelatedPlace("harbour/web/users.py", 31, "SEC001 Write without authentication (2 places)"),
                        RelatedPlace("", 0, "SEC018 Dependencies not audited"),
                    ),
                    readings=(Link("OAuth2 scopes", "https://fastapi.tiangolo.com/advanced/security/oauth2-scopes/"),),
                    sources=("fastapi/dependencies/utils.py:671 solve_dependencies",),
                    exercise="Write a test that calls `POST /users` without credentials; mend what answers 201.",
                    proof="`fastreview . --select SEC001,SEC002,SEC018` reports nothing",
                ),
                Week(
                    "Async and ASGI: keep the loop free",
                    "Know what runs on the event loop and what in a thread.",
                    ("ASY001", "ASY006", "ASY007"),
                    number=2,
                    evidence="2 of 5 checks are met.",
                    gaps=(
                        RelatedPlace("harbour/web/rates.py", 31, "ASY001 Blocking call on the event loop (7 places)"),
                    ),
                    exercise="Share one `httpx.AsyncClient`, opened in the lifespan.",
                    proof="`fastreview . --select ASY001,ASY006,ASY007` reports nothing",
                ),
                Week(
                    "Typed contracts",
                    "Let models refuse what is wrong.",
                    ("TYP001",),
                    done=True,
                    evidence="9 of 9 checks are met.",
                ),
            )
        ),
        suppressions=(
            SuppressionEntry(
                path="harbour/web/rates.py",
                line=30,
                checks=("ASY001",),
                kind="fixme",
                reason="ticket 12",
                by="",
                on="",
                until="2026-01-31",
                state="expired",
                note="it ended on 2026-01-31",
                findings=0,
            ),
        ),
        more_proof=(
            "Let it run the tests (--run-tests): decides 42 subjects in Testing and Async.",
            "Install mypy in the project's environment and give --type-check: decides 41 modules in Typing.",
        ),
        arithmetic=arithmetic(evaluated),
        pages=PAGES,
        architecture=Architecture(
            layers={"web": 12, "business": 9, "data": 11, "entry": 2},
            edges=(
                LayerEdge("entry", "web", 12),
                LayerEdge("web", "business", 31),
                LayerEdge("web", "data", 6),
                LayerEdge("business", "data", 24),
                LayerEdge("business", "web", 2),
            ),
            cycles=(("harbour.services.pricing", "harbour.carriers.client"),),
            outwards=(
                LayerImport("business", "web", "harbour/services/cancel.py", 31, "harbour.web.errors"),
                LayerImport("business", "web", "harbour/services/labels.py", 9, "harbour.web.schemas"),
            ),
        ),
        traces=(TRACE,),
        injection=INJECTION,
        history=HISTORY,
    )


def arithmetic(evaluated: tuple[OutcomeEntry, ...]) -> tuple[str, ...]:
    """As the scoring prints it: rules, a part for each dimension, then the whole."""
    lines = ["P pass, F fail, U unknown; n = P + F + U."]
    for name in NAMES:
        lines += ["", name if name != "extension" else "extension (shown, decides nothing)", "  Intermediate"]
        lines += [
            f"    {o.kind:<6} {o.check} {o.slug}: P {o.subjects.passed} + F {o.subjects.failed} + U {o.subjects.unknown}: {o.state}"
            for o in evaluated
            if o.dimension == name
        ]
    lines += ["", "overall", "  proven", "    Intermediate: held by 3 of 8 dimensions, 6 wanted: not met"]
    lines += [
        "",
        "evidence: weight x (n - U)/n",
        "  361 of 433 = 83.4 %",
        "",
        "index: a share of 0.82; 100 x (0 + 0.82) / 3 = 27.4",
    ]
    return tuple(lines)


HISTORY = History(
    points=(
        HistoryPoint(
            "2026-09-01T10:00:00Z", "1111111111", False, "junior", "junior", 18.2, 0.7, True, {"core": 20.0}, "a"
        ),
        HistoryPoint(
            "2026-10-01T10:00:00Z",
            "2222222222",
            False,
            "junior",
            "intermediate",
            24.0,
            0.8,
            True,
            {"core": 30.0},
            "b",
            subject="Sessions end with the request",
        ),
        HistoryPoint(
            "2026-11-01T10:00:00Z",
            "3333333333",
            True,
            "junior",
            "intermediate",
            27.4,
            0.83,
            True,
            {"core": 40.0},
            "b",
            subject="One client for all carriers",
            change=HistoryChange(code=3.4, won=("ASY006",), fixed=2),
        ),
    ),
    notes=("2 older reviews were made by other rules.",),
)

INJECTION = (
    Injectable("get_session", "generator", "harbour/db/session.py", 12, "loop", routes=25),
    Injectable("current_user", "function", "harbour/web/auth.py", 30, "loop", routes=19, needs=(2, 0)),
    Injectable("oauth2", "security", "harbour/web/auth.py", 14, routes=19),
    Injectable("Paging", "class", "harbour/web/paging.py", 8, "loop", cached=False, routes=6),
)

TRACE = Trace(
    "POST /parcels",
    "harbour/web/parcels.py",
    37,
    "FastAPI 0.121, Starlette 0.50",
    ("static", "runtime"),
    (
        TraceStep(
            "The server calls the application",
            "`harbour.main:app`",
            "harbour/main.py",
            18,
            "fastapi/applications.py:1133 FastAPI.__call__",
        ),
        TraceStep(
            "Dependencies are solved",
            "each once a request",
            "",
            0,
            "fastapi/dependencies/utils.py:671 solve_dependencies",
            "",
            (
                TraceStep(
                    "`current_user`",
                    "as `user`",
                    "harbour/web/auth.py",
                    30,
                    "",
                    "loop",
                    (TraceStep("`session.get`", "storage", "harbour/web/auth.py", 34, "", "loop"),),
                ),
                TraceStep("`settings`", "", "harbour/settings.py", 5, "", "thread"),
            ),
        ),
        TraceStep("`create_parcel` runs", "on the event loop", "harbour/web/parcels.py", 37, "", "loop"),
    ),
)


STRENGTHS: dict[str, tuple[str, ...]] = {
    "COR005": ("Every route is reachable: none is swallowed by an earlier one.",),
    "COR010": ("Pydantic v2 throughout; no v1 idiom is left.",),
    "ASY005": ("Resources are opened and closed in the lifespan context.",),
    "TYP003": ("mypy runs in the pipeline and fails it.",),
    "DAT001": ("Tables use Mapped and mapped_column.",),
    "DAT004": ("Alembic with one head.",),
    "SEC004": ("Tokens are verified with a pinned algorithm and an expiry.",),
    "TST012": ("The pipeline fails when a test fails.",),
    "PRD001": ("Settings are one typed object.",),
}

HOSTILE = (
    "<script>alert(1)</script>",
    "</style></script><img src=x onerror=alert(2)>",
    "{{ 7 * 7 }}{% raw %}{% include '/etc/passwd' %}",
    "javascript:alert(3)",
    "\x1b[31mred\x1b]0;title\x07\x9b2J",
    "abc\u202egpj.exe\u2066\u200f\u200b",
    "n" * 10_000,
    "null\x00byte",
    "[click](javascript:alert(4)) @everyone #1 | `tick` **bold** <https://evil.example>",
    '"\' onmouseover="alert(5)',
    "[bold red]rich[/bold red] [/] :smile:",
    "surrogate \udc80",
    "line one\nline two\r\n# heading\n```\nfence",
    "]]><!--",
)


def hostile(text: str) -> Review:
    """The example with ``text`` in every place that a project or a pack fills."""
    review = example()

    def swap(value: object, key: str = "") -> object:
        if isinstance(value, dict):
            return {name: swap(part, name) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [swap(part, key) for part in value]
        return text if isinstance(value, str) and key in FREE else value

    level: LevelName = "intermediate"
    changed = msgspec.convert(swap(msgspec.to_builtins(review)), Review)
    page = msgspec.structs.replace(PAGES["ASY001"], links=(Link(text, text), Link("fine", "https://example.org/")))
    return msgspec.structs.replace(
        changed,
        project=msgspec.structs.replace(changed.project, name=text),
        level=msgspec.structs.replace(changed.level, capped_by=(text,), proven=level, possible=level),
        pages={text: msgspec.structs.replace(page, why=text, improve=text), "ASY001": page},
        architecture=Architecture(
            layers={text: 1, "web": 2, "data": 1},
            edges=(LayerEdge(text, "web", 1), LayerEdge("data", "web", 1)),
            cycles=((text, text),),
            outwards=(LayerImport(text, text, text, 1, text),),
        ),
        injection=tuple(msgspec.structs.replace(node, name=text) for node in changed.injection),
    )


FREE = frozenset(
    [
        "commit",
        "import",
        "path",
        "reason",
        "how",
        "title",
        "slug",
        "message",
        "subject",
        "fingerprint",
        "endpoint",
        "path_file",
        "security",
        "dependencies",
        "response_model",
        "tags",
        "why",
        "unlocks",
        "proof",
        "goal",
        "more_proof",
        "arithmetic",
        "lines",
        "language",
        "unit",
        "doubts",
        "evidence",
        "exercise",
        "sources",
        "url",
        "detail",
        "source",
        "framework",
        "route",
        "configured",
        "note",
    ]
)
