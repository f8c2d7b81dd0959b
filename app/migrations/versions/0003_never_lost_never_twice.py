"""never lost, never twice: breaker, proposals, relinks, comparisons with the ERP and alerts"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from app.migrations.row_security import SCOPES, grant, guard

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    op.drop_constraint(op.f('ck_outbox_message_state'), 'outbox_message', type_='check')
    op.create_check_constraint(
        op.f('ck_outbox_message_state'), 'outbox_message',
        "state in ('waiting', 'done', 'dead', 'withdrawn', 'handed_over')",
    )
    op.create_table('alert',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), server_default='', nullable=False),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('cleared_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert'))
    )
    op.create_index('ix_alert_raised', 'alert', ['raised_at'], unique=False)
    op.create_index('uq_alert_open', 'alert', ['kind', 'subject'], unique=True, postgresql_where=sa.text('cleared_at is null'))
    op.create_table('erp_line',
    sa.Column('connection', sa.Text(), nullable=False),
    sa.Column('breaker', sa.Text(), server_default='closed', nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('openings', sa.Integer(), server_default='0', nullable=False),
    sa.Column('probe_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('probe_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recent', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False),
    sa.Column('allowance', sa.Numeric(precision=12, scale=3), server_default='0', nullable=False),
    sa.Column('allowance_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.CheckConstraint("breaker in ('closed', 'open', 'half_open')", name=op.f('ck_erp_line_breaker')),
    sa.PrimaryKeyConstraint('connection', name=op.f('pk_erp_line'))
    )
    op.create_table('reading_wish',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('job', sa.Text(), nullable=False),
    sa.Column('wished_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('source', 'job', name=op.f('pk_reading_wish'))
    )
    op.create_table('reconciliation_run',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked_by_name', sa.Text(), server_default='', nullable=False),
    sa.Column('reached', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('counts', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('problem', sa.Text(), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reconciliation_run'))
    )
    op.create_index('ix_reconciliation_run_source', 'reconciliation_run', ['source', 'id'], unique=False)
    op.create_table('drift',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('object_type', sa.Text(), nullable=False),
    sa.Column('object', sa.Text(), nullable=False),
    sa.Column('detail', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('seen_in', sa.BigInteger(), nullable=False),
    sa.Column('times', sa.Integer(), server_default='1', nullable=False),
    sa.Column('state', sa.Text(), server_default='open', nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by_name', sa.Text(), server_default='', nullable=False),
    sa.Column('settlement', sa.Text(), server_default='', nullable=False),
    sa.CheckConstraint("state in ('open', 'healed', 'decided', 'gone')", name=op.f('ck_drift_state')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_drift_customer_id_customer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drift'))
    )
    op.create_index('ix_drift_found', 'drift', ['found_at'], unique=False)
    op.create_index('uq_drift_open', 'drift', ['source', 'kind', 'object_type', 'object'], unique=True, postgresql_where=sa.text("state = 'open'"))
    op.create_table('proposal',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('line_number', sa.Integer(), nullable=True),
    sa.Column('origin', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('before', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('after', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('words', sa.Text(), server_default='', nullable=False),
    sa.Column('state', sa.Text(), server_default='open', nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('proposed_by_name', sa.Text(), server_default='', nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.BigInteger(), nullable=True),
    sa.Column('decided_by_name', sa.Text(), server_default='', nullable=False),
    sa.CheckConstraint("origin in ('erp', 'prices', 'desk')", name=op.f('ck_proposal_origin')),
    sa.CheckConstraint("state in ('open', 'accepted', 'declined', 'lapsed')", name=op.f('ck_proposal_state')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_proposal_decided_by_person')),
    sa.ForeignKeyConstraint(['order_id', 'customer_id'], ['customer_order.id', 'customer_order.customer_id'], name=op.f('fk_proposal_order_id_customer_id_customer_order'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal'))
    )
    op.create_index('ix_proposal_order', 'proposal', ['order_id', 'id'], unique=False)
    op.create_table('relink',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('message_id', sa.BigInteger(), nullable=True),
    sa.Column('old_number', sa.Text(), server_default='', nullable=False),
    sa.Column('new_number', sa.Text(), nullable=False),
    sa.Column('differences', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), server_default='asked', nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('asked_by', sa.BigInteger(), nullable=False),
    sa.Column('asked_by_name', sa.Text(), server_default='', nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.BigInteger(), nullable=True),
    sa.Column('decided_by_name', sa.Text(), server_default='', nullable=False),
    sa.CheckConstraint("state in ('asked', 'agreed', 'refused')", name=op.f('ck_relink_state')),
    sa.ForeignKeyConstraint(['asked_by'], ['person.id'], name=op.f('fk_relink_asked_by_person')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_relink_decided_by_person')),
    sa.ForeignKeyConstraint(['order_id', 'customer_id'], ['customer_order.id', 'customer_order.customer_id'], name=op.f('fk_relink_order_id_customer_id_customer_order'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_relink'))
    )
    op.create_index('ix_relink_order', 'relink', ['order_id', 'id'], unique=False)
    op.create_index('uq_relink_asked', 'relink', ['order_id'], unique=True, postgresql_where=sa.text("state = 'asked'"))
    op.add_column('customer_order', sa.Column('title', sa.Text(), server_default='', nullable=False))
    op.add_column('outbox_message', sa.Column('tries', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False))
    op.add_column('outbox_message', sa.Column('owner_id', sa.BigInteger(), nullable=True))
    op.add_column('outbox_message', sa.Column('owned_at', sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(op.f('fk_outbox_message_owner_id_person'), 'outbox_message', 'person', ['owner_id'], ['id'])
    row_scope()
    privileges()


def row_scope() -> None:
    """A relink and a drift are the house's business: no customer's scope is granted either table."""
    for table in ("proposal", "relink", "drift"):
        guard(table)


def privileges() -> None:
    """How the line to the ERP is, everybody may know; what to do about it is staff's."""
    customer, portfolio, staff = SCOPES
    grant("select", "erp_line", *SCOPES)
    grant("insert, update", "erp_line", staff)
    for table in ("reconciliation_run", "drift", "relink", "alert", "proposal"):
        grant("select, insert, update", table, staff)
    grant("select, insert, update, delete", "reading_wish", staff)
    grant("select, update", "proposal", customer)
    grant("select", "proposal", portfolio)
