"""Whether tests call a route: by the run of the tests where there was one, else by what their code says."""

from collections import Counter

from fastreview.api import Confidence, Hit, NotApplicable, Place, Project, Route, Unknown
from fastreview_checks.knowledge.health import is_operational

RUN = "run with --run-tests"


def untested(route: Route, project: Project) -> Hit | None:
    """The hit on a route that no test calls, or None.

    Raises:
        NotApplicable: for what is no route of the API.
        Unknown: where the code of the tests does not say which routes they call.
    """
    if not (route.is_api or route.is_websocket):
        raise NotApplicable("it is not a route of the API")
    if is_operational(route):
        raise NotApplicable("it answers operators: health, readiness, documentation")
    if route.endpoint is None:
        raise NotApplicable("its endpoint is not a function of the project")
    if not project.tests:
        place = app_place(project)
        return Hit(
            place, f"No test calls `{route.key}`, as there are no tests. Begin with one for each route.", "no tests"
        )
    run = project.test_run
    if run and run.tests_of(route):
        return None
    known = project.exercise.exercised(route)
    if run and run.is_complete:
        if known and not run.requests_to(route) and called_by_hand(route, project):
            return None
        if known and (refused := _answered_before(project)):
            return Hit(
                route.place,
                f"No request of the tests gets to `{route.key}`: {refused} before any route, as by a middleware. Let the client "
                "send what that asks for (host, credentials), and assert the status.",
                confidence=Confidence.CERTAIN,
            )
        return Hit(
            route.place,
            f"`{route.key}` got no request in the run of the tests, so nothing notices when it breaks. Add a test that calls "
            "it and asserts the answer.",
            confidence=Confidence.CERTAIN,
        )
    if known:
        return None
    require_readable(project)
    if known is None:
        raise Unknown(f"whether a test calls it depends on a part of a URL that is made at run time ({RUN})")
    return Hit(
        route.place,
        f"No test calls `{route.key}`, so nothing notices when it breaks. Add a test that calls it and asserts the answer.",
    )


def _answered_before(project: Project) -> str:
    """How requests were answered that no route got: "5 were answered 400"; "" where there were none. 404 and 405 are the
    router's own."""
    counted = Counter(
        seen.status
        for test in project.test_run.tests
        for seen in test.requests
        if not seen.route and not seen.endpoint.path and seen.status not in (0, 404, 405)
    )
    if not counted:
        return ""
    status, count = counted.most_common(1)[0]
    return f"{count} requests were answered {status}" if count > 1 else f"a request was answered {status}"


def require_exercised(route: Route, project: Project) -> None:
    """Nothing where a run of the tests, or coverage data, shows that the route was asked or its endpoint executed.

    Raises:
        Unknown: where only the code of the tests says so.
    """
    run = project.test_run
    place = route.endpoint.place if route.endpoint is not None else None
    if run.tests_of(route) or (place is not None and place.end_line > place.line and run.executed(place)):
        return
    if run:
        raise Unknown("the tests that call it could not be run, or did not get to it")
    raise Unknown(f"by their code, tests call it; that they do is known once they ran ({RUN})")


def app_place(project: Project) -> Place:
    """Where what is true of the whole service is told."""
    return project.apps[0].place if project.apps else project.place


def called_by_hand(route: Route, project: Project) -> bool:
    """Whether a test calls the endpoint as a function."""
    return any(not call.is_request and call.surely for call in project.exercise.calls_of.get(id(route), ()))


def require_readable(project: Project) -> None:
    """Nothing where the tests write their URLs out.

    Raises:
        Unknown: where what they call cannot be told from their code.
    """
    exercise = project.exercise
    if exercise.library is not None:
        raise Unknown(f"the tests call the API through a client library ({exercise.library.place}; {RUN})")
    if exercise.share_unreadable > project.limits["TST002.unreadable"]:
        count = len(exercise.unreadable)
        raise Unknown(f"the URLs of {count} calls of clients are made at run time ({RUN})")
