"""What is known of code without reading its bodies and types again: who mentions a name."""

from tests.conftest import ProjectOf

_SERVICE = """
    import os.path as p
    from typing import Annotated, Any

    class Order:
        lines: list["Line"]
        total = 0

    def typed(first: "models.Line", *rest: Any) -> None: ...

    def result() -> Annotated[dict[str, Order], maker().plain]: ...

    def untyped(first, second=Any): ...

    class Line:
        def of(self, order: Order | None) -> "Line": ...
"""


def test_functions_and_classes_are_known_by_the_names_in_their_types(project_of: ProjectOf) -> None:
    project = project_of({"app/main.py": _SERVICE})

    def names(*wanted: str) -> list[str]:
        return [one.name for one in project.annotated_with(*wanted)]

    assert names("Line") == ["typed", "of", "Order"]
    assert names("Order") == ["result", "of"]
    assert names("Any") == ["typed"]
    assert names("Any", "Line") == ["typed", "of", "Order"]
    assert names("plain") == ["result"]
    assert names("models", "total", "first", "lines") == []


def test_code_is_known_by_the_names_of_what_it_calls(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "app/b.py": """
                def late(session): session.execute(1)
                def early(session): return [session.scalar(2), session.execute(3)]
                def other(session): session.commit()
            """,
            "app/a.py": "execute('at import')\n",
            "scripts/seed.py": "def seed(session): session.execute(4)\n",
        }
    )

    assert [(c.module.path, c.qualname) for c in project.calling("scalar", "execute")] == [
        ("app/a.py", ""),
        ("app/b.py", "late"),
        ("app/b.py", "early"),
    ]
    assert project.calling("rollback") == []


def test_tests_are_not_among_them(project_of: ProjectOf) -> None:
    project = project_of({"tests/test_main.py": _SERVICE})

    assert project.annotated_with("Line", "Any") == ()


def test_a_module_knows_what_its_imports_name(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "app/main.py": """
                import os.path as p
                from typing import TYPE_CHECKING
                if TYPE_CHECKING:
                    from app.models import Line as L
                def late():
                    from . import settings
            """,
        }
    )

    (module,) = project.modules
    words = {"os", "typing", "TYPE_CHECKING", "app", "Line", "settings"}
    assert module.imported >= words
    assert module.imported.isdisjoint({"p", "L", "path", "models"})


def test_words_are_what_bodies_of_the_service_mention(project_of: ProjectOf) -> None:
    body = "def f(order):\n    return order.total or masked(order)\n"
    project = project_of({"app/main.py": body, "tests/test_main.py": "def test_f():\n    unseen()\n"})

    assert {"order", "total", "masked"} <= set(project.words)
    assert "unseen" not in project.words
