"""The tables. Their history is in ``migrations``; `REVISION` is the newest step there."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table

REVISION = "0001"
VERSION_TABLE = "fastreview_version"
APPLICATION_ID = 0x66617374
"""SQLite files of ours say so in their header."""

METADATA = MetaData()

PROJECTS = Table(
    "fastreview_project",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("name", String, nullable=False),
)

KEYS = Table(
    "fastreview_key",
    METADATA,
    Column("key", String, primary_key=True),
    Column("project", ForeignKey("fastreview_project.id"), nullable=False, index=True),
)

REVIEWS = Table(
    "fastreview_review",
    METADATA,
    Column("id", String, primary_key=True),
    Column("same", String, nullable=False),
    Column("project", ForeignKey("fastreview_project.id"), nullable=False),
    Column("moment", Float, nullable=False),
    Column("made", Float, nullable=False),
    Column("origin", String, nullable=False),
    Column("commit", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("rules", String, nullable=False),
    Column("format", Integer, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Index("fastreview_review_trend", "project", "moment"),
)

PARTS = Table(
    "fastreview_part",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

SUMMARIES = Table(
    "fastreview_summary",
    METADATA,
    Column("review", ForeignKey("fastreview_review.id"), primary_key=True),
    Column("rules", String, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
