"""Documentation that leaves operators alone

Who takes the service over at night has the README. If it does not say how the service is run, tested, configured and
deployed, each of these is found out by reading code, with users waiting.

## Improve

Give the README a short section for each, with commands that can be copied: run, test, configure (every variable, and which
are required), deploy. A linked page does as well.

## Read

- [About READMEs](https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-readmes)
- [The twelve-factor app: config](https://12factor.net/config)

```text bad README.md
# Shop  # finding

    uvicorn app.main:app

Tests: `pytest`
```

```text fixed README.md
# Shop

    cp .env.example .env
    uvicorn app.main:app

Tests: `pytest`

## Configure

DATABASE_URL is required.

## Deploy

    kubectl apply -f k8s/
```

Pages of a documentation folder count:

```text good README.md
# Shop

Run it with `docker compose up`, test it with `make test`. See [configuration](docs/configuration.md).
```

```text good docs/deployment.md
# Deployment

Push a tag.
```

What stands on another site is not read:

```text unknown README.md
# Shop

[Documentation](https://shop.example.com/handbook)
```
"""

from fastreview.api import Found, Hit, Met, Place, Project, Rung, Side, Unknown, check
from fastreview_checks.knowledge.production.operating import TOPICS, has_site, tells, written


@check("PRD021", dimension="production", level=1, credit=1, needs=(Side.FILES,), effort="hours")
def operator_docs(project: Project) -> Found:
    texts = written(project)
    if not any(text.kind == "readme" for text in texts):
        yield Hit(
            project.place,
            "There is no README, so nobody is told how the service is run, tested, configured or deployed. Write one with "
            "a section for each.",
        )
        return
    missing = [topic.word for topic in TOPICS if tells(topic, texts) is None]
    place = Place(texts[0].path, 1)
    if missing and has_site(texts):
        raise Unknown(f"what the documentation's site says on how to {missing[0]} the service")
    if missing:
        said = f"{', '.join(missing[:-1])} or {missing[-1]}" if len(missing) > 1 else missing[0]
        yield Hit(
            place,
            f"The documentation does not say how to {said} the service, so whoever takes it over has to read the code. Add "
            "a short section with the commands.",
        )
    else:
        yield Met(place, "The documentation says how to run, test, configure and deploy the service.", Rung.CONFIGURED)
