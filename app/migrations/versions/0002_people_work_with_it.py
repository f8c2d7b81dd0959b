"""people work with it"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from app.migrations.row_security import OWN, SCOPES, grant, guard

revision = '0002'
down_revision = '0001'


def upgrade() -> None:
    op.create_table('erp_event',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('event_key', sa.Text(), nullable=False),
    sa.Column('entity', sa.Text(), server_default='', nullable=False),
    sa.Column('change', sa.Text(), server_default='', nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erp_event')),
    sa.UniqueConstraint('source', 'event_key', name=op.f('uq_erp_event_source_event_key'))
    )
    op.create_table('erp_subscription',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('entity', sa.Text(), nullable=False),
    sa.Column('resource', sa.Text(), nullable=False),
    sa.Column('subscription_id', sa.Text(), server_default='', nullable=False),
    sa.Column('client_state', sa.Text(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.Text(), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erp_subscription')),
    sa.UniqueConstraint('client_state', name=op.f('uq_erp_subscription_client_state')),
    sa.UniqueConstraint('source', 'entity', name=op.f('uq_erp_subscription_source_entity'))
    )
    op.create_table('mail',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=True),
    sa.Column('order_id', sa.BigInteger(), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('dedup', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('to_name', sa.Text(), server_default='', nullable=False),
    sa.Column('to_address', sa.Text(), server_default='', nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('body_text', sa.Text(), nullable=False),
    sa.Column('body_html', sa.Text(), nullable=False),
    sa.Column('attachment', sa.LargeBinary(), nullable=True),
    sa.Column('attachment_name', sa.Text(), server_default='', nullable=False),
    sa.Column('state', sa.Text(), server_default='waiting', nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.CheckConstraint("state in ('waiting', 'sent', 'kept', 'dead')", name=op.f('ck_mail_state')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_mail_customer_id_customer')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_mail_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail')),
    sa.UniqueConstraint('dedup', name=op.f('uq_mail_dedup'))
    )
    op.create_index('ix_mail_due', 'mail', ['due_at'], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.create_index('ix_mail_order', 'mail', ['order_id'], unique=False)
    op.create_table('seller_profile',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('legal_name', sa.Text(), server_default='', nullable=False),
    sa.Column('address', sa.Text(), server_default='', nullable=False),
    sa.Column('country', sa.Text(), server_default='', nullable=False),
    sa.Column('email', sa.Text(), server_default='', nullable=False),
    sa.Column('phone', sa.Text(), server_default='', nullable=False),
    sa.Column('website', sa.Text(), server_default='', nullable=False),
    sa.Column('vat_id', sa.Text(), server_default='', nullable=False),
    sa.Column('register_entry', sa.Text(), server_default='', nullable=False),
    sa.Column('bank_name', sa.Text(), server_default='', nullable=False),
    sa.Column('iban', sa.Text(), server_default='', nullable=False),
    sa.Column('bic', sa.Text(), server_default='', nullable=False),
    sa.Column('mail_sender', sa.Text(), server_default='', nullable=False),
    sa.Column('colour', sa.Text(), server_default='', nullable=False),
    sa.Column('logo', sa.LargeBinary(), nullable=True),
    sa.Column('logo_type', sa.Text(), server_default='', nullable=False),
    sa.Column('changed_by', sa.BigInteger(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['changed_by'], ['person.id'], name=op.f('fk_seller_profile_changed_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seller_profile')),
    sa.UniqueConstraint('version', name=op.f('uq_seller_profile_version'))
    )
    op.create_table('terms',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('texts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('published_by', sa.BigInteger(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['published_by'], ['person.id'], name=op.f('fk_terms_published_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_terms')),
    sa.UniqueConstraint('version', name=op.f('uq_terms_version'))
    )
    op.create_table('order_message',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('side', sa.Text(), nullable=False),
    sa.Column('is_question', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('author_id', sa.BigInteger(), nullable=False),
    sa.Column('author_name', sa.Text(), server_default='', nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("side in ('buyer', 'desk', 'inside')", name=op.f('ck_order_message_side')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_order_message_author_id_person')),
    sa.ForeignKeyConstraint(['order_id', 'customer_id'], ['customer_order.id', 'customer_order.customer_id'], name=op.f('fk_order_message_order_id_customer_id_customer_order'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_message'))
    )
    op.create_index('ix_order_message_order', 'order_message', ['order_id', 'id'], unique=False)
    op.add_column('customer_account', sa.Column('always_look', sa.Boolean(), server_default='false', nullable=False))
    op.add_column('customer_account', sa.Column('look_at_first', sa.Integer(), server_default='3', nullable=False))
    op.add_column('customer_order', sa.Column('charges', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False))
    op.add_column('customer_order', sa.Column('choices', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False))
    op.add_column('customer_order', sa.Column('terms_version', sa.Integer(), nullable=True))
    op.add_column('customer_order', sa.Column('copied_from', sa.Text(), server_default='', nullable=False))
    row_scope()
    privileges()


def row_scope() -> None:
    """Inside notes are for the house alone, whoever asks for them."""
    guard("order_message", customer=f"customer_id = {OWN} and side <> 'inside'")
    guard("mail")


def privileges() -> None:
    """Mails are read by staff; whoever causes one may only add it."""
    customer, _, staff = SCOPES
    grant("select, insert", "order_message", *SCOPES)
    grant("insert", "mail", *SCOPES)
    grant("select, update", "mail", staff)
    for table in ("seller_profile", "terms"):
        grant("select", table, *SCOPES, "portico_web", "portico_worker")
        grant("insert", table, staff)
    grant("select, insert, update", "erp_subscription", staff)
    grant("select, insert", "erp_event", staff)
    grant("insert, update", "customer_item_number", customer)
    grant("delete", "customer_item_number", customer, staff)
