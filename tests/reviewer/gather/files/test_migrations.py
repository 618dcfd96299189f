"""Migration environments, read without importing them."""

import pytest

from fastreview.gather.files.migrations import alembic_revision, has_downgrade

from .conftest import Gather


def revision(own: str, down: str, body: str = "op.drop_table('x')") -> str:
    head = f'"""m"""\nrevision: str = "{own}"\ndown_revision = {down}\n'
    return f"{head}\ndef upgrade():\n    pass\n\ndef downgrade():\n    {body}\n"


def test_alembic_with_branches(gather: Gather) -> None:
    facts = gather(
        {
            "alembic.ini": "[alembic]\nscript_location = %(here)s/db/migrations\n",
            "db/migrations/env.py": "",
            "db/migrations/versions/1.py": revision("a", "None", "pass"),
            "db/migrations/versions/2024/2.py": revision("b", "'a'"),
            "db/migrations/versions/3.py": revision("c", "'a'"),
            "db/migrations/versions/4.py": revision("d", "(\n    'b',\n    'c',\n)"),
            "db/migrations/versions/__init__.py": "",
        }
    )
    (found,) = facts.migrations
    assert (found.tool, found.path, found.heads) == ("alembic", "db/migrations", ("d",))
    assert {one.id: (one.down, one.has_downgrade) for one in found.revisions} == {
        "a": ((), False),
        "b": (("a",), True),
        "c": (("a",), True),
        "d": (("b", "c"), True),
    }


def test_two_heads(gather: Gather) -> None:
    facts = gather(
        {
            "migrations/env.py": "",
            "migrations/versions/1.py": revision("a", "None"),
            "migrations/versions/2.py": revision("b", "None"),
        }
    )
    assert facts.migrations[0].heads == ("a", "b")


def test_a_history_per_database(gather: Gather) -> None:
    facts = gather(
        {
            "m/migrations/env.py": "",
            "m/migrations/versions/pg/1.py": revision("a", "None"),
            "m/migrations/versions/pg/2.py": revision("b", "'a'"),
            "m/migrations/versions/lite/1.py": revision("a", "None"),
            "m/migrations/versions/lite/2.py": revision("c", "'a'"),
        }
    )
    assert [(found.path, found.heads) for found in facts.migrations] == [
        ("m/migrations/versions/lite", ("c",)),
        ("m/migrations/versions/pg", ("b",)),
    ]


def test_package_notation_from_the_folder_above(gather: Gather) -> None:
    facts = gather(
        {
            "src/app/alembic.ini": "[alembic]\nscript_location = app:alembic\n"
            "version_locations = %(script_location)s/versions\n",
            "src/app/alembic/env.py": "",
            "src/app/alembic/versions/1.py": revision("a", "None"),
        }
    )
    assert [(found.path, found.heads) for found in facts.migrations] == [("src/app/alembic", ("a",))]


@pytest.mark.parametrize(
    ("body", "does_something"),
    [
        ("pass", False),
        ('"""nothing"""\n    pass', False),
        ("raise NotImplementedError()", False),
        ("# ### commands ###\n    pass\n    # ### end ###", False),
        ("op.drop_column('a', 'b')", True),
        ("with op.batch_alter_table('a') as batch:\n        batch.drop_column('b')", True),
    ],
)
def test_downgrade(body: str, does_something: object) -> None:
    assert has_downgrade(f"def downgrade() -> None:\n    {body}\n\nx = 1\n") is does_something


def test_what_is_no_revision() -> None:
    assert alembic_revision("x.py", "revision = compute()\n") is None
    assert alembic_revision("x.py", "def upgrade(): pass\n") is None


def test_other_tools(gather: Gather) -> None:
    facts = gather(
        {
            "pyproject.toml": '[tool.aerich]\nlocation = "./migrations"\n',
            "migrations/models/0_init.py": "async def upgrade(db): return ''\nasync def downgrade(db): return ''\n",
            "migrations/models/1_more.py": "async def upgrade(db): return ''\n"
            "async def downgrade(db): return 'DROP TABLE x'\n",
            "home/piccolo_migrations/home_2024.py": "ID = '2024'\n",
        }
    )
    found = {one.tool: one for one in facts.migrations}
    assert found["aerich"].heads == ("1_more",)
    assert [one.has_downgrade for one in found["aerich"].revisions] == [False, True]
    assert found["piccolo"].heads == ("home_2024",)


def test_django(gather: Gather) -> None:
    head = "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    operations = ["
    facts = gather(
        {
            "shop/migrations/__init__.py": "",
            "shop/migrations/0001_initial.py": f"{head}migrations.CreateModel('Order', fields=[])]\n",
            "shop/migrations/0002_fill.py": f"{head}migrations.RunPython(fill)]\n",
            "shop/migrations/0003_empty.py": f"{head}migrations.RunPython(fill, migrations.RunPython.noop)]\n",
        }
    )
    (found,) = facts.migrations
    assert (found.tool, found.path, found.heads) == ("django", "shop/migrations", ("0003_empty",))
    assert [one.has_downgrade for one in found.revisions] == [True, False, True]


def test_sql_files_that_count_up(gather: Gather) -> None:
    facts = gather(
        {
            "shop/migrations/orders/00001-orders.sqlite.sql": "CREATE TABLE orders (id TEXT);",
            "shop/migrations/orders/00002-paid.sqlite.sql": "ALTER TABLE orders ADD COLUMN paid INTEGER;",
            "db/migrations/0001_a.sql": "",
            "db/migrations/0002_b.sql": "",
            "shop/migrations/notes/draft.sql": "SELECT 1",
            "seeds/0001_a.sql": "",
            "seeds/0002_b.sql": "",
        }
    )
    found = {one.path: len(one.revisions) for one in facts.migrations}
    assert found == {"shop/migrations/orders": 2, "db/migrations": 2}


@pytest.mark.parametrize(
    ("names", "undone"),
    [
        (("2022_09_07_users.sql", "2022_09_08_roles.sql"), False),
        (("20220907_users.sql", "20220908_roles.sql"), False),
        (("000001_users.up.sql", "000001_users.down.sql", "000002_roles.up.sql", "000002_roles.down.sql"), True),
    ],
)
def test_plain_sql(gather: Gather, names: tuple[str, ...], undone: bool) -> None:
    facts = gather({f"database/migrations/{name}": "create table one (id int);" for name in names})
    [kept] = facts.migrations
    assert (kept.tool, len(kept.revisions), len(kept.heads)) == ("sql", 2, 1)
    assert {revision.has_downgrade for revision in kept.revisions} == {undone}


def test_other_sql_is_no_revision(gather: Gather) -> None:
    assert gather({"database/migrations/seed.sql": "insert into one values (1);"}).migrations == ()
