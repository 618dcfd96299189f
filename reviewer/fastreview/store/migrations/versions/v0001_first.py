"""Projects and the keys they are known by, reviews with their facts in parts, and summaries per ruler."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "fastreview_project",
        sa.Column("id", number, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String, nullable=False),
    )
    op.create_table(
        "fastreview_key",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("project", number, sa.ForeignKey("fastreview_project.id"), nullable=False),
    )
    op.create_index("ix_fastreview_key_project", "fastreview_key", ["project"])
    op.create_table(
        "fastreview_review",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("same", sa.String, nullable=False),
        sa.Column("project", number, sa.ForeignKey("fastreview_project.id"), nullable=False),
        sa.Column("moment", sa.Float, nullable=False),
        sa.Column("made", sa.Float, nullable=False),
        sa.Column("origin", sa.String, nullable=False),
        sa.Column("commit", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("rules", sa.String, nullable=False),
        sa.Column("format", sa.Integer, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("facts", sa.LargeBinary, nullable=False),
    )
    op.create_index("fastreview_review_trend", "fastreview_review", ["project", "moment"])
    op.create_table(
        "fastreview_part",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "fastreview_summary",
        sa.Column("review", sa.String, sa.ForeignKey("fastreview_review.id"), primary_key=True),
        sa.Column("rules", sa.String, primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    for table in ("summary", "part", "review", "key", "project"):
        op.drop_table(f"fastreview_{table}")
