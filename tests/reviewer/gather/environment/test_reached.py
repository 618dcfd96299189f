"""What the application imports, from the source alone."""

from pathlib import Path
from textwrap import dedent

from fastreview.gather.environment.reached import third_party
from fastreview.gather.facts import gather_static


def reached(root: Path, files: dict[str, str], *targets: str, roots: tuple[str, ...] = (".",)) -> set[str]:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(text), "utf-8")
    return set(third_party(gather_static(root).modules, roots, targets))


def test_only_what_importing_the_application_imports(tmp_path: Path) -> None:
    files = {
        "app/__init__.py": "",
        "app/main.py": """
            import os
            from typing import TYPE_CHECKING
            from fastapi import FastAPI
            from app.db import engine
            from . import routes
            if TYPE_CHECKING:
                import mypy_boto3
            def late():
                import pandas
        """,
        "app/db.py": "import sqlalchemy.ext.asyncio\nfrom google.cloud import storage\n",
        "app/routes.py": "from .schemas import Item\n",
        "app/schemas.py": "import pydantic_settings\n",
        "app/unused.py": "import torch\n",
        "tests/test_main.py": "import pytest\n",
    }

    assert reached(tmp_path, files, "app.main") == {
        "fastapi",
        "sqlalchemy.ext.asyncio",
        "google.cloud",
        "pydantic_settings",
    }


def test_what_a_factory_in_the_target_imports_of_the_project(tmp_path: Path) -> None:
    files = {
        "main.py": "def create_app():\n    from server import app\n    import pandas\n    return app\napp = create_app()\n",
        "server.py": "import fastapi\ndef later():\n    import other\n",
        "other.py": "import torch\n",
    }

    assert reached(tmp_path, files, "main") == {"fastapi"}


def test_relative_imports_below_an_import_root(tmp_path: Path) -> None:
    files = {
        "src/shop/__init__.py": "",
        "src/shop/main.py": "from .models.order import Order\n",
        "src/shop/models/__init__.py": "",
        "src/shop/models/order.py": "import attr\n",
    }

    assert reached(tmp_path, files, "shop.main", roots=("src", ".")) == {"attr"}


def test_application_that_is_nowhere(tmp_path: Path) -> None:
    assert reached(tmp_path, {"main.py": "import fastapi\n"}, "other") == set()
