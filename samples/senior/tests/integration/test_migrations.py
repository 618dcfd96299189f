"""Every revision goes up, down and up again, and the last one is what the tables say."""

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory

from tests.integration.conftest import ROOT

pytestmark = pytest.mark.postgres


def revisions() -> list[Script]:
    scripts = ScriptDirectory.from_config(Config(ROOT / "alembic.ini"))
    return list(reversed(list(scripts.walk_revisions("base", "heads"))))


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(Config(ROOT / "alembic.ini")).get_heads()) == 1


def test_stairway(alembic_config: Config) -> None:
    command.downgrade(alembic_config, "base")
    for revision in revisions():
        command.upgrade(alembic_config, revision.revision)
        command.downgrade(alembic_config, "-1")
        command.upgrade(alembic_config, revision.revision)
    assert revisions()[-1].is_head


def test_tables_and_revisions_agree(migrated: Config) -> None:
    command.check(migrated)
