"""What may be said where something was looked for in every route: nothing, where routes of the service were not read."""

from fastreview.api import NotApplicable, Project, Route, Unknown


def need_every_route(project: Project) -> None:
    """Before a finding that no route does something.

    Raises:
        Unknown: where the service has routes whose code was not read; one of them may do it.
    """
    if project.unread_routes:
        raise Unknown(project.unread_routes)


def without_routes(project: Project, predicate: str) -> NotApplicable | Unknown:
    """What to raise where no route is such that a check has anything to say; ``predicate`` says so."""
    return Unknown(project.unread_routes) if project.unread_routes else NotApplicable(predicate)


def without_endpoint(route: Route) -> NotApplicable | Unknown:
    """What to raise on a route whose endpoint is not there to be read."""
    return NotApplicable(f"`{route.library}` brings the route") if route.library else Unknown("the endpoint's code")
