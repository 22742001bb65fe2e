"""What networks cost: how much was spent, and what was bought today."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "spending",
        sa.Column("network", sa.String, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("who", sa.String, primary_key=True),
        sa.Column("amount", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "purchases",
        sa.Column("network", sa.String, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
    )
