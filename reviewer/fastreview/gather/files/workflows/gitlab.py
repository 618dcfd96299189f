"""GitLab CI: jobs are the top-level tables that are no keyword; ``extends`` and ``default`` are followed."""

from fastreview.facts.files import Job, WorkflowFacts
from fastreview.gather.files.workflows.shell import MAX_JOBS, excused, images, run_steps
from fastreview.gather.files.yaml_tree import EMPTY, Tree

_KEYWORDS = frozenset(
    [
        "default",
        "include",
        "stages",
        "variables",
        "workflow",
        "image",
        "services",
        "cache",
        "before_script",
        "after_script",
        "pages",
        "spec",
        "types",
    ]
)
_RARE = ("tags", "schedules", "triggers", "api", "web")


def gitlab(path: str, documents: tuple[Tree, ...]) -> WorkflowFacts | None:
    document = documents[-1]
    jobs: list[Job] = []
    triggered = False
    for name, job in list(document.items.items())[:MAX_JOBS]:
        if name.startswith(".") or (name in _KEYWORDS and name != "pages") or job.kind != "map":
            continue
        one = _job(name, job, document)
        if one is not None:
            jobs.append(one)
            triggered = triggered or not _only_rarely(job, document)
    if not jobs and not document.get("include"):
        return None
    return WorkflowFacts(path, "gitlab", "", triggered or not jobs, tuple(jobs))


def _job(name: str, job: Tree, document: Tree) -> Job | None:
    body = _inherited("script", job, document)
    trigger = job.get("trigger")
    if not body and not trigger and not _inherited("run", job, document):
        return None
    allowed = _inherited("allow_failure", job, document).is_true()
    steps = []
    for key in ("before_script", "script", "after_script"):
        tree = _inherited(key, job, document) or document.get("default", key) or document.get(key)
        found = run_steps(tree)
        steps += excused(found) if allowed or key == "after_script" else found
    services = _inherited("services", job, document) or document.get("default", "services") or document.get("services")
    when = _inherited("when", job, document).string()
    condition = when if when not in ("", "on_success") else ""
    for rule in _inherited("rules", job, document).each():
        condition = condition or rule.get("if").string()[:500]
    return Job(name, job.line, tuple(steps), images(services), allowed, condition)


def _inherited(key: str, job: Tree, document: Tree) -> Tree:
    """The value of ``key`` in the job or the nearest of the templates it extends, the last named first."""
    waiting, seen = [job], set[str]()
    while waiting:
        current = waiting.pop()
        if key in current.items:
            return current.get(key)
        for parent in current.get("extends").strings():
            if parent not in seen:
                seen.add(parent)
                waiting.append(document.get(parent))
    return EMPTY


def _only_rarely(job: Tree, document: Tree) -> bool:
    """Whether only tags, schedules or people start the job."""
    only = _inherited("only", job, document)
    words = only.get("refs").strings() or only.strings()
    if words and all(word in _RARE for word in words):
        return True
    rules = [rule.get("if").string() for rule in _inherited("rules", job, document).values]
    if rules and all("CI_COMMIT_TAG" in rule or '"schedule"' in rule for rule in rules):
        return True
    return _inherited("when", job, document).string() == "manual"
