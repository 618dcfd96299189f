"""Classes that FastAPI services are made of: schemas, tables and settings."""

from __future__ import annotations

from fastreview.facts import syntax as s
from fastreview.project.code import Class
from fastreview.project.names import External
from fastreview.project.subject import Place, Subject

SCHEMA_BASES = frozenset(
    {
        "pydantic.BaseModel", "pydantic.RootModel", "pydantic.generics.GenericModel", "pydantic.v1.BaseModel",
        "sqlmodel.SQLModel", "fastapi_camelcase.CamelModel", "odmantic.EmbeddedModel",
    }
)  # fmt: skip
SETTINGS_BASES = frozenset(
    {"pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic.v1.BaseSettings", "starlette.config.Config"}
)
TABLE_BASES = frozenset(
    {
        "sqlalchemy.orm.DeclarativeBase", "sqlalchemy.orm.DeclarativeBaseNoMeta", "sqlalchemy.orm.declarative_base()",
        "sqlalchemy.ext.automap.automap_base()", "sqlalchemy.orm.MappedAsDataclass", "tortoise.models.Model",
        "tortoise.Model", "beanie.Document", "beanie.odm.documents.Document", "odmantic.Model", "peewee.Model",
        "mongoengine.Document", "ormar.Model", "piccolo.table.Table", "gino.Gino", "pony.orm.Entity",
        "advanced_alchemy.base.UUIDBase", "advanced_alchemy.base.BigIntBase", "umongo.Document",
    }
)  # fmt: skip


class Schema(Subject):
    """A Pydantic model that describes data going in or out. ``cls`` gives its fields, bases and validators."""

    unit = "schema"

    def __init__(self, cls: Class) -> None:
        self.cls = cls

    @property
    def key(self) -> str:
        return self.cls.key

    @property
    def name(self) -> str:
        return self.cls.name

    @property
    def place(self) -> Place:
        return self.cls.place


class Table(Schema):
    """An ORM table or a document of a document database."""

    unit = "table"

    @property
    def orm(self) -> str:
        """The library: sqlalchemy, sqlmodel, tortoise, beanie ..."""
        bases = sorted(self.cls.ancestry.external & (TABLE_BASES | {"sqlmodel.SQLModel"}))
        return bases[0].partition(".")[0] if bases else "sqlalchemy"


class Settings(Schema):
    """A typed settings object."""

    unit = "settings"


def classify(cls: Class) -> Schema | None:
    """``cls`` as the subject it is, or None. A SQLModel class with ``table=True`` is a table, without it a schema."""
    bases = cls.ancestry.external
    if bases & SETTINGS_BASES:
        return Settings(cls)
    if bases & TABLE_BASES:
        return Table(cls) if _mapped(cls) else None
    if "__tablename__" in cls.fields and "sqlmodel.SQLModel" not in bases and _has_columns(cls):
        # The base is that of a library which the review does not know.
        return Table(cls)
    if "sqlmodel.SQLModel" in bases and any(name == "table" and value is True for name, value in cls.facts.keywords):
        return Table(cls)
    return Schema(cls) if bases & SCHEMA_BASES else None


def _mapped(cls: Class) -> bool:
    """Abstract bases and mixins hold no rows."""
    if cls.facts.fields and "__abstract__" in cls.fields and cls.fields["__abstract__"].value is True:
        return False
    if cls.inherits("sqlalchemy.orm.DeclarativeBase", "sqlalchemy.orm.declarative_base()"):
        return any("__tablename__" in c.fields or "__table__" in c.fields for c in cls.ancestry.project) or any(
            not f.name.startswith("__") and (f.annotated or _is_column(f.value)) for f in cls.facts.fields
        )
    return True


def _has_columns(cls: Class) -> bool:
    """Whether it has a base and columns of SQLAlchemy: without one it is a mixin."""
    if not cls.ancestry.external - {"builtins.object", "abc.ABC", "typing.Generic"}:
        return False
    resolve = cls.module.project.names.resolve
    for field in cls.facts.fields:
        if isinstance(field.value, s.Call) and field.value.method in ("Column", "mapped_column"):
            made = resolve(cls.module, field.value.name)
            if isinstance(made, External) and made.package == "sqlalchemy":
                return True
    return False


def _is_column(value: s.Expr) -> bool:
    return isinstance(value, s.Call) and value.method in ("Column", "mapped_column", "relationship")
