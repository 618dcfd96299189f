"""What makes two findings of two reviews the same one."""

from fastreview.compare import identities, matched
from fastreview.review import Excerpt, FindingEntry


def finding(
    subject: str, path: str = "app/orders.py", line: str = "answer = requests.get(url)", fingerprint: str = ""
) -> FindingEntry:
    return FindingEntry(
        check="ASY001",
        slug="blocking-call",
        severity="blocker",
        confidence="certain",
        subject=subject,
        path=path,
        line=10,
        end_line=10,
        message=f"`{subject}` waits for 3 hosts with `requests.get`.",
        fingerprint=fingerprint or f"{path}{subject}",
        related=(),
        fix=None,
        status="open",
        excerpt=Excerpt(10, (line, "    return answer.json()")),
    )


def pairs(before: list[FindingEntry], after: list[FindingEntry]) -> dict[int, int]:
    return matched(identities(before), identities(after))


def test_equal_fingerprints_are_the_same_whatever_else_changed() -> None:
    before = finding("app.orders.place", fingerprint="1")
    after = finding("app.sales.order", "app/sales.py", "other()", "1")
    assert pairs([before], [after]) == {0: 0}


def test_a_function_that_moved_to_another_file() -> None:
    moved = finding("shop.services.orders.place", "shop/services/orders.py", "answer = requests.get( url )")
    assert pairs([finding("app.orders.place")], [moved]) == {0: 0}


def test_a_function_that_was_renamed_in_its_file() -> None:
    assert pairs([finding("app.orders.place")], [finding("app.orders.place_order")]) == {0: 0}


def test_a_renamed_function_whose_own_line_is_the_place() -> None:
    before = finding("app.orders.place", line="def place(order: Order) -> None:")
    after = finding("app.orders.place_order", line="def place_order(order: Order) -> None:")
    assert pairs([before], [after]) == {0: 0}


def test_the_same_habit_elsewhere_is_another_finding() -> None:
    other = finding("app.reports.export", "app/reports.py")
    excerpt = Excerpt(10, ("answer = requests.get(url)", "    log.info(answer)"))
    import msgspec

    assert pairs([finding("app.orders.place")], [msgspec.structs.replace(other, excerpt=excerpt)]) == {}


def test_each_is_matched_once_and_the_best_first() -> None:
    before = [finding("app.orders.place"), finding("app.orders.cancel", line="cancel = requests.post(url)")]
    after = [
        finding("shop.cancel.cancel", "shop/cancel.py", "cancel = requests.post(url)"),
        finding("shop.place.place", "shop/place.py"),
        finding("shop.place.third", "shop/place.py", "third = requests.put(url)"),
    ]
    assert pairs(before, after) == {0: 1, 1: 0}


def test_formatting_is_no_difference() -> None:
    [one] = identities([finding("a", line="x = call( 'a', b )")])
    [other] = identities([finding("a", line='x = call("a", b),')])
    assert one.text == other.text


def test_many_alike_are_not_compared_each_with_each() -> None:
    before = [finding(f"app.a{n}.f{n}", f"app/a{n}.py") for n in range(2_000)]
    after = [finding(f"app.b{n}.g{n}", f"app/b{n}.py") for n in range(2_000)]
    assert pairs(before, after) == {}
