"""Pipelines of every system in one form."""

from fastreview.facts.files import FileFacts, Job, WorkflowFacts
from fastreview.gather.files.workflows.shell import cannot_fail

from .conftest import Gather


def only(facts: FileFacts) -> WorkflowFacts:
    assert facts.unreadable == ()
    (found,) = facts.workflows
    return found


def runs(job: Job) -> list[str]:
    return [step.run for step in job.steps if step.run]


def test_github(gather: Gather) -> None:
    found = only(
        gather(
            {
                ".github/workflows/ci.yml": """name: CI
on:
  pull_request:
    paths: ["server/**"]
defaults:
  run:
    working-directory: server
jobs:
  test:
    name: Tests
    if: github.actor != 'bot'
    services:
      db:
        image: postgres:16
    steps:
      - uses: actions/checkout@v4
      - uses: ./.github/actions/setup
      - name: Run
        run: |
          ruff check
          pytest
      - run: mypy . || true
      - run: bandit
        continue-on-error: true
  lax:
    continue-on-error: true
    steps: [{run: x}]
""",
                ".github/actions/setup/action.yml": "runs:\n  using: composite\n  steps:\n    - run: uv sync\n",
            },
            "server",
        )
    )
    assert (found.path, found.name, found.on_changes, found.paths) == (
        "../.github/workflows/ci.yml",
        "CI",
        True,
        ("server/**",),
    )
    test, lax = found.jobs
    assert (test.name, test.services, test.condition) == ("Tests", ("postgres:16",), "github.actor != 'bot'")
    assert runs(test) == ["uv sync", "ruff check\npytest\n", "mypy . || true", "bandit"]
    assert [step.allowed_to_fail for step in test.steps] == [False, False, False, False, True, True]
    assert test.steps[3].line == 19
    assert test.steps[3].directory == "server"
    assert lax.allowed_to_fail


def test_github_triggers(gather: Gather) -> None:
    def on(trigger: str) -> bool:
        return only(
            gather({".github/workflows/x.yml": f"on: {trigger}\njobs: {{a: {{steps: [{{run: x}}]}}}}\n"})
        ).on_changes

    assert on("push")
    assert on("[workflow_dispatch, pull_request]")
    assert on("{push: {branches: [main]}}")
    assert not on("{push: {tags: ['v*']}}")
    assert not on("{schedule: [{cron: x}]}")
    assert not on("workflow_call")


def test_a_reusable_workflow_runs_when_its_caller_does(gather: Gather) -> None:
    facts = gather(
        {
            ".github/workflows/_t.yml": "on: workflow_call\njobs: {a: {steps: [{run: pytest}]}}\n",
            ".github/workflows/ci.yml": "on: push\njobs: {t: {uses: ./.github/workflows/_t.yml}}\n",
        }
    )
    assert [found.on_changes for found in facts.workflows] == [True, True]


def test_gitlab(gather: Gather) -> None:
    found = only(
        gather(
            {
                ".gitlab-ci.yml": """stages: [test]
default:
  before_script: [pip install .]
.base:
  script:
    - !reference [.setup, script]
    - pytest
  services: [{name: "postgres:16"}]
test:
  extends: .base
lint:
  script: ruff check
  allow_failure: true
deploy:
  script: [[a, b]]
  when: manual
"""
            }
        )
    )
    assert [(job.name, job.allowed_to_fail, job.condition) for job in found.jobs] == [
        ("test", False, ""),
        ("lint", True, ""),
        ("deploy", False, "manual"),
    ]
    assert runs(found.jobs[0])[0] == "pip install ."
    assert "pytest" in runs(found.jobs[0])
    assert found.jobs[0].services == ("postgres:16",)
    assert runs(found.jobs[2]) == ["pip install .", "a", "b"]
    assert found.on_changes


def test_azure(gather: Gather) -> None:
    found = only(
        gather(
            {
                "azure-pipelines.yml": """trigger: [main]
stages:
  - stage: S
    jobs:
      - job: Test
        steps:
          - task: UsePythonVersion@0
          - script: pytest
            workingDirectory: api
            continueOnError: true
"""
            }
        )
    )
    (job,) = found.jobs
    assert (job.name, found.on_changes) == ("Test", True)
    assert [(step.uses, step.run, step.directory) for step in job.steps] == [
        ("UsePythonVersion@0", "", ""),
        ("", "pytest", "api"),
    ]
    assert job.steps[1].allowed_to_fail


def test_circleci(gather: Gather) -> None:
    found = only(
        gather(
            {
                ".circleci/config.yml": """version: 2.1
commands:
  setup: {steps: [{run: pip install .}]}
jobs:
  test:
    docker: [{image: cimg/python}, {image: postgres}]
    steps:
      - checkout
      - setup
      - run: {name: t, command: pytest}
workflows:
  main: {jobs: [test, python/test]}
"""
            }
        )
    )
    assert runs(found.jobs[0]) == ["pip install .", "pytest"]
    assert found.jobs[0].services == ("postgres",)
    assert found.jobs[1].steps[0].uses == "python/test"


def test_jenkins(gather: Gather) -> None:
    found = only(
        gather(
            {
                "Jenkinsfile": """pipeline { stages {
  stage('Lint') { steps { sh 'ruff check' } }
  // sh 'commented out'
  stage("Test") { steps {
    sh '''
      pytest
    '''
    sh(script: "mypy .", returnStatus: false)
  } }
} }
"""
            }
        )
    )
    assert [(job.name, runs(job)) for job in found.jobs] == [("Lint", ["ruff check"]), ("Test", ["pytest", "mypy ."])]


def test_the_small_ones(gather: Gather) -> None:
    facts = gather(
        {
            ".travis.yml": "services: docker\ninstall: pip install .\nscript:\n  - pytest\n",
            "bitbucket-pipelines.yml": "pipelines:\n  pull-requests:\n    '**':\n      - parallel:\n        - step:\n"
            "            name: T\n            script: [pytest]\n            services: [pg]\n"
            "definitions: {services: {pg: {image: 'postgres:16'}}}\n",
            ".drone.yml": "kind: pipeline\nname: d\nsteps:\n  - name: t\n    commands: [pytest]\n---\nkind: secret\n",
            ".woodpecker/ci.yml": "when: {event: push}\nsteps:\n  t:\n    image: python\n    commands: [pytest]\n",
        }
    )
    found = {workflow.system: workflow for workflow in facts.workflows}
    assert set(found) == {"travis", "bitbucket", "drone", "woodpecker"}
    assert all("pytest" in runs(workflow.jobs[0]) for workflow in found.values())
    assert all(workflow.on_changes for workflow in found.values())
    assert found["bitbucket"].jobs[0].services == ("postgres:16",)


def test_what_cannot_fail() -> None:
    assert cannot_fail("pytest || true")
    assert cannot_fail("# c\npytest \\\n  -q || exit 0\n")
    assert not cannot_fail("ruff || true\npytest")
    assert not cannot_fail("")


def test_a_reusable_workflow_runs_what_its_callers_give_it(gather: Gather) -> None:
    facts = gather(
        {
            ".github/workflows/ci.yml": """on: [push]
jobs:
  style: {uses: ./.github/workflows/make.yml, with: {target: lint}}
  types: {uses: ./.github/workflows/make.yml, with: {target: mypy}}
  build: {uses: ./.github/workflows/make.yml}
""",
            ".github/workflows/make.yml": """on: {workflow_call: {inputs: {target: {type: string}}}}
jobs:
  make: {steps: [{run: "make ${{ inputs.target }}"}, {run: echo done}]}
""",
        }
    )
    called = next(workflow for workflow in facts.workflows if workflow.path.endswith("make.yml"))

    assert called.on_changes
    assert runs(called.jobs[0]) == ["make lint\nmake mypy\nmake ${{ inputs.target }}", "echo done"]
