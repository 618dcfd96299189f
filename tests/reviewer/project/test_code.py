"""What is known of a body: its statements by kind, and words in it before it is decoded."""

from tests.conftest import ProjectOf

from fastreview.facts import syntax as s

SHOP = {
    "shop.py": """
    import os

    def order(number):
        try:
            if number:
                raise ValueError(number)
        except KeyError:
            if not number:
                return os.environ["Größe_ENV"]
        def inner():
            raise KeyError
    """
}


def test_statements_of_a_kind_are_those_of_nested_blocks_but_not_of_nested_functions(project_of: ProjectOf) -> None:
    order = next(f for f in project_of(SHOP).functions if f.name == "order")

    assert [stmt.line - order.line for stmt in order.statements_of(s.If)] == [2, 5]
    assert [s.written(stmt.exception) for stmt in order.statements_of(s.Raise)] == ["ValueError(number)"]
    assert len(order.statements_of(s.Try)) == 1
    assert not order.statements_of(s.Loop)


def test_names_and_literal_text_are_found_in_a_body_that_nobody_decoded(project_of: ProjectOf) -> None:
    order = next(f for f in project_of(SHOP).functions if f.name == "order")

    assert order.may_say(b"staging", b"_env")
    assert order.may_say(b"valueerror")
    assert not order.may_say(b"staging", b"production")
    assert "body" not in vars(order)


def test_words_and_callers_are_known_by_name(project_of: ProjectOf) -> None:
    project = project_of({**SHOP, "cart.py": "from shop import order\n\ndef fill():\n    order(number=1)\n"})

    assert {"order", "number", "KeyError"} <= set(project.words)
    assert [code.qualname for code in project.calling("order", "KeyError")] == ["fill"]
    assert [code.qualname for code in project.calling("order", "ValueError")] == ["fill", "order"]


def test_calls_by_method_are_those_of_the_body_in_their_order(project_of: ProjectOf) -> None:
    shop = """
    def close(session, rows):
        session.add(make(rows))
        for row in rows:
            get_session().add(row)
        rows[0]()
    """

    close = next(f for f in project_of({"shop.py": shop}).functions if f.name == "close")

    lines = {name: [site.call.line - close.line for site in sites] for name, sites in close.calls_by_method.items()}
    assert lines == {"add": [1, 3], "make": [1], "get_session": [3], "": [4]}
    assert sorted(map(id, close.calls)) == sorted(id(one) for sites in close.calls_by_method.values() for one in sites)
