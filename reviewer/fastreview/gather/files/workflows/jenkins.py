"""Jenkinsfiles: the ``sh`` steps of each stage, found in the text, for a Jenkinsfile is a Groovy program."""

import re

from fastreview.facts.files import Job, Step, WorkflowFacts
from fastreview.gather.files.plain import line_at
from fastreview.gather.files.workflows.shell import MAX_JOBS, MAX_RUN, MAX_STEPS, cannot_fail

_STAGE = re.compile(r"\bstage\s{0,40}\(?\s{0,40}['\"]([^'\"\n]+)['\"]")
_SHELL = re.compile(
    r"\b(?:sh|bat|powershell)\b\s{0,40}\(?\s{0,40}(?:\w+\s{0,40}:\s{0,40}(?:true|false|'[^'\n]*'|\"[^\"\n]*\")\s{0,40},\s{0,40})*(?:script\s{0,40}:\s{0,40})?"
    r"(?:'''(.*?)'''|\"\"\"(.*?)\"\"\"|'((?:[^'\\\n]|\\.)*)'|\"((?:[^\"\\\n]|\\.)*)\")",
    re.DOTALL,
)
_TIMER_ONLY = re.compile(r"\btriggers\s*\{\s*cron\b")


def jenkins(path: str, content: str) -> WorkflowFacts | None:
    content = re.sub(r"(?m)^[ \t]*//.*$", "", content[:200_000])
    stages = [(found.start(), found[1]) for found in _STAGE.finditer(content)]
    if not stages and "pipeline" not in content and "node" not in content:
        return None
    members: dict[int, list[Step]] = {}
    for found in list(_SHELL.finditer(content))[:MAX_STEPS]:
        before = [start for start, _ in stages if start < found.start()]
        run = next((group for group in found.groups() if group is not None), "").strip()[:MAX_RUN]
        caught = "catchError" in content[before[-1] if before else 0 : found.start()]
        step = Step("", "", run, line_at(content, found.start()), caught or cannot_fail(run))
        members.setdefault(before[-1] if before else -1, []).append(step)
    named = [(-1, ""), *stages] if -1 in members else stages
    jobs = [
        Job(name, line_at(content, max(0, start)), tuple(members.get(start, ()))) for start, name in named[:MAX_JOBS]
    ]
    return WorkflowFacts(path, "jenkins", "", not _TIMER_ONLY.search(content), tuple(jobs))
