"""every call counted: calls to an ERP by minute, and what is old may be forgotten"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from app.migrations.row_security import grant

revision = '0004'
down_revision = '0003'


def upgrade() -> None:
    op.create_table('erp_call_minute',
    sa.Column('connection', sa.Text(), nullable=False),
    sa.Column('operation', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('minute', sa.DateTime(timezone=True), nullable=False),
    sa.Column('calls', sa.Integer(), nullable=False),
    sa.Column('buckets', postgresql.ARRAY(sa.Integer()), nullable=False),
    sa.Column('slowest', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('connection', 'operation', 'outcome', 'minute', name=op.f('pk_erp_call_minute'))
    )
    op.create_index('ix_erp_call_minute_minute', 'erp_call_minute', ['minute'], unique=False)
    privileges()


def privileges() -> None:
    """Counts name no customer, so they need no row scope; they are the house's business all the same."""
    grant("select, insert, update, delete", "erp_call_minute", "portico_staff")
    grant("delete", "erp_call", "portico_staff")
