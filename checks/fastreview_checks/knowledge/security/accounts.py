"""Whose accounts a service keeps: those of many callers, or the one that its settings know."""

import re
from functools import lru_cache

from fastreview.api import Class, Function, Project
from fastreview_checks.knowledge.public_routes import names_webhook
from fastreview_checks.knowledge.reached import reached
from fastreview_checks.knowledge.security.permissions import compares_with_setting
from fastreview_checks.knowledge.security.rate_limits import is_login

_PEOPLE = re.compile(
    r"(?:^|_)(?:users?|admins?|members?|customers?|employees?|principals?|operators?|people|persons?|api_?keys?|tenants?)(?:_|$)"
)
_PASSWORD = re.compile(r"^(?:hash(?:ed)?_)?passw(?:or)?d(?:_?hash)?$|^pwd_?hash$")
_LOOKS_UP = re.compile(
    r"^(?:query|select|execute|scalars?|find\w*|fetch\w*|first|one|one_or_none|scalar_one\w*|lookup|introspect\w*|userinfo|verify_id_token"
    r"|get_(?:user|account|member|customer|admin|by)\w*|\w*jwks?\w*|get_signing_key\w*|Session|authenticate_user)$"
)
"""What functions call that find out who somebody is: storage is asked, or an identity provider."""
_FORMS = frozenset({"OAuth2PasswordRequestForm", "OAuth2PasswordRequestFormStrict"})
_REACH = 4
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@lru_cache(maxsize=8)
def one_account(project: Project) -> bool:
    """Whether the only caller is the one whose secret the settings hold: whoever runs the service.

    Nothing stores accounts, no guard or login looks one up, and one of them compares what it is given with a setting. A
    webhook behind the same secret makes its sender a second one.
    """
    if any(_keeps_people(table.cls) for table in project.tables):
        return False
    checking: dict[int, Function] = {}
    for route in project.routes:
        for injected in route.dependency_tree:
            if injected.scheme or injected.name in _FORMS or not project.security.authenticates(injected):
                continue
            if injected.function is None or (route.mutates and names_webhook(route)):
                return False
            checking[id(injected.function)] = injected.function
        if is_login(route) and route.endpoint is not None:
            checking[id(route.endpoint)] = route.endpoint
    functions = {id(f): f for one in checking.values() for f in reached(one, project, _REACH)}.values()
    # What the project's own functions do is read, whatever they are called.
    own = {function.name for function in functions}
    if any(_LOOKS_UP.match(name) for function in functions for name in function.called if name not in own):
        return False
    return any(compares_with_setting(function) for function in functions)


def _keeps_people(table: Class) -> bool:
    named = _PEOPLE.search(_WORDS.sub("_", table.name).lower())
    return bool(named) or any(_PASSWORD.match(column) for column in table.fields)
