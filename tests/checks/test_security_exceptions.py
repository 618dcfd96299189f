"""Guards, secrets and errors that look unsafe and are not: each was a false alarm on a real service's idiom."""

from collections.abc import Mapping

import pytest
from tests.checks.conftest import Evaluated

from fastreview.packs import load
from fastreview.pages import Verdict, read


@pytest.mark.parametrize(
    ("refusal", "found"),
    [
        ('HTTPException(307, headers={"Location": str(request.url_for("auth:login"))})', 0),
        ('HTTPException(status.HTTP_303_SEE_OTHER, headers={"Location": "/sign-in"})', 0),
        ("RedirectToLogin()", 0),
        ('HTTPException(307, headers={"Location": "/products/"})', 1),
        ('HTTPException(404, "login not found")', 1),
    ],
)
def test_pages_send_to_where_one_signs_in(evaluated: Evaluated, refusal: str, found: int) -> None:
    evaluation = evaluated(
        "SEC001",
        {
            "main.py": f"""
            from typing import Annotated

            from fastapi import Cookie, Depends, FastAPI, HTTPException, Request, status

            app = FastAPI()

            class RedirectToLogin(Exception): ...

            def who(request: Request, token: Annotated[str | None, Cookie()] = None) -> str:
                if token is None:
                    raise {refusal}
                return token

            @app.post("/profile")
            def change(user: Annotated[str, Depends(who)]) -> None: ...
            """
        },
    )

    assert len(evaluation.findings) == found


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({".env.production": "SECRET_KEY=your-secret-key\nAPI_KEY=...\nSMTP_PASSWORD=app-specific-password\n"}, 0),
        ({".env.production": "SECRET_KEY=your-secret-key\nAPI_KEY=...\nAPI_TOKEN=k3J9x0Qz7LmN2pR5tV8w\n"}, 1),
        ({".env": "POSTGRES_PASSWORD=secret\n"}, 1),
    ],
)
def test_an_environment_file_to_be_filled_in(evaluated: Evaluated, files: Mapping[str, str], found: int) -> None:
    app = {"main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n"}

    assert len(evaluated("SEC007", {**app, **files}).findings) == found


@pytest.mark.parametrize(("start", "found"), [("__replace_me__", 0), ("sk_", 1)])
def test_a_default_is_refused_by_its_beginning(evaluated: Evaluated, start: str, found: int) -> None:
    evaluation = evaluated(
        "SEC007",
        {
            "config.py": f"""
            from pydantic import Field, SecretStr, model_validator
            from pydantic_settings import BaseSettings


            class Settings(BaseSettings):
                jwt_secret: SecretStr = Field(default=SecretStr("__REPLACE_ME__run_init_first"))

                @model_validator(mode="after")
                def refuse(self) -> "Settings":
                    placeholder = self.jwt_secret.get_secret_value().lower().startswith("{start}")
                    if placeholder:
                        raise ValueError("set JWT_SECRET")
                    return self
            """
        },
    )

    assert len(evaluation.findings) == found


@pytest.mark.parametrize(
    ("said", "confidence"),
    [("Evaluate the answer.", "possible"), ("Check whether it holds.", "possible"), ("Check out the cart.", "likely")],
)
def test_a_docstring_says_that_a_post_only_asks(evaluated: Evaluated, said: str, confidence: str) -> None:
    evaluation = evaluated(
        "SEC001",
        {
            "main.py": f"""
            from fastapi import FastAPI

            from app.judges import take

            app = FastAPI()

            @app.post("/judge/reference")
            def reference(answer: str) -> int:
                '''{said}'''
                return take(answer)
            """
        },
    )

    assert [finding.confidence for finding in evaluation.findings] == [confidence]


@pytest.mark.parametrize(
    ("path", "body", "confidences"),
    [
        ("/invoke", "print(await request.body())\n    return {'seen': str(request.headers)}", ["possible"]),
        ("/consistency", "return await tools['prompt'].test_consistency(request)", ["possible"]),
        ("/consistency", "return await tools['prompt'].run_all(request)", ["likely"]),
        ("/surveys/{survey_token}/submit", "return await tools['prompt'].run_all(request)", []),
        ("/surveys/{survey_id}/submit", "return await tools['prompt'].run_all(request)", ["likely"]),
        ("/consistency", "tools['last'] = request.url\n    return str(request.url)", ["likely"]),
    ],
    ids=["echo", "asks by what it calls", "runs", "a token in the address", "an id in the address", "keeps"],
)
def test_a_post_that_changes_nothing_is_a_question(
    evaluated: Evaluated, path: str, body: str, confidences: list[str]
) -> None:
    main = f"""
from fastapi import FastAPI, Request

from app.tools import tools

app = FastAPI()

@app.post("{path}")
async def submit(request: Request) -> object:
    {body}
"""
    assert [finding.confidence for finding in evaluated("SEC001", {"main.py": main}).findings] == confidences


@pytest.mark.parametrize(
    ("claims", "confidence"), [('{"tenant_id": who}', "possible"), ('{"tenant_id": who, "sub": who}', "likely")]
)
def test_a_token_that_names_nobody(evaluated: Evaluated, claims: str, confidence: str) -> None:
    evaluation = evaluated(
        "SEC004",
        {
            "tokens.py": f"""
            import jwt

            from config import settings

            def issue(who: str) -> str:
                payload = {claims}
                return jwt.encode(payload, settings.key, algorithm="HS256")
            """
        },
    )

    assert [finding.confidence for finding in evaluation.findings] == [confidence]


@pytest.mark.parametrize("code", ["SEC007", "ARC012"])
def test_settings_that_a_dependency_asks_satisfy_both_who_looks_for_secrets_and_who_looks_at_imports(
    evaluated: Evaluated, code: str
) -> None:
    page = next(read(check) for check in load(["fastreview_checks"]).checks if check.code == "ARC012")
    shown = next(e for e in page.examples if e.verdict is Verdict.GOOD and "get_settings" in e.source)
    evaluation = evaluated(code, {file.path: file.text for file in shown.files})
    assert evaluation.findings == ()


@pytest.mark.parametrize(("made", "told"), [("settings = Settings()", True), ("def get() -> Settings: ...", False)])
def test_a_secret_of_settings_that_are_made_on_import_is_told_to_move_too(
    evaluated: Evaluated,
    made: str,
    told: bool,
) -> None:
    evaluation = evaluated(
        "SEC007",
        {
            "main.py": f"""
            from fastapi import FastAPI
            from pydantic_settings import BaseSettings

            class Settings(BaseSettings):
                jwt_secret: str = "please-change-me"

            {made}
            app = FastAPI()
            """
        },
    )
    assert ["imports would need the value" in finding.message for finding in evaluation.findings] == [told]


def test_a_secret_for_a_pipeline_or_for_trying_out_is_only_possible(evaluated: Evaluated) -> None:
    compose = """
    services:
      api:
        image: shop
        environment:
          SECRET_KEY: sg9aeUM5i1JO4gNN8fQadokJa3_gXQMLBjSGGYcfscs=
    """
    code = """
    from app.accounts import hash_password

    if __name__ == "__main__":
        print(hash_password("Welcome123"))
    """
    account = """
    from app.accounts import create_user

    def create_dev_user(password: str = "Welcome123") -> None:
        create_user(email="dev@example.com", password=password)
    """
    made = evaluated("SEC007", {"app/made.py": account}).findings
    assert [f.confidence.value for f in made] == ["possible"]
    made = evaluated("SEC007", {"app/made.py": account.replace("_dev", "_first")}).findings
    assert [f.confidence.value for f in made] == ["likely"]
    counted = evaluated("SEC007", {"app/made.py": "", "docker-compose.yml": compose}).findings
    assert [f.confidence.value for f in counted] == ["likely"]
    shown = evaluated(
        "SEC007", {"app/made.py": "", "docker-compose.yml": "", "docker-compose.ci.yml": compose, "app/try.py": code}
    ).findings
    assert {f.confidence.value for f in shown} == {"possible"}


@pytest.mark.parametrize(("method", "found"), [("construct_webhook_event", 0), ("construct_event", 0), ("read", 1)])
def test_a_webhook_whose_event_a_service_constructs(evaluated: Evaluated, method: str, found: int) -> None:
    evaluation = evaluated(
        "SEC001",
        {
            "main.py": f"""
            from fastapi import FastAPI, Request
            from app.payments import Payments

            app = FastAPI()

            @app.post("/webhooks/payments")
            async def paid(request: Request) -> None:
                event = Payments.{method}(await request.body(), request.headers["stripe-header"])
                await Payments.save(event)
            """
        },
    )
    assert len(evaluation.findings) == found
