"""first tables"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from app.migrations.row_security import OWN, PORTFOLIO, SCOPES, grant, guard

revision = '0001'
down_revision = None


def upgrade() -> None:
    op.create_table('ab_group',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('label', sa.String(length=150), nullable=True),
    sa.Column('description', sa.String(length=512), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name')
    )
    op.create_table('ab_permission',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name')
    )
    op.create_table('ab_register_user',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('first_name', sa.String(length=64), nullable=False),
    sa.Column('last_name', sa.String(length=64), nullable=False),
    sa.Column('username', sa.String(length=128), nullable=False),
    sa.Column('password', sa.String(length=256), nullable=True),
    sa.Column('email', sa.String(length=320), nullable=False),
    sa.Column('registration_date', sa.DateTime(), nullable=True),
    sa.Column('registration_hash', sa.String(length=256), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('email'),
    sa.UniqueConstraint('username')
    )
    op.create_table('ab_role',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name')
    )
    op.create_table('ab_user',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('first_name', sa.String(length=64), nullable=False),
    sa.Column('last_name', sa.String(length=64), nullable=False),
    sa.Column('username', sa.String(length=128), nullable=False),
    sa.Column('password', sa.String(length=256), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=True),
    sa.Column('email', sa.String(length=320), nullable=False),
    sa.Column('last_login', sa.DateTime(), nullable=True),
    sa.Column('login_count', sa.Integer(), nullable=True),
    sa.Column('fail_login_count', sa.Integer(), nullable=True),
    sa.Column('created_on', sa.DateTime(), nullable=True),
    sa.Column('changed_on', sa.DateTime(), nullable=True),
    sa.Column('created_by_fk', sa.Integer(), nullable=True),
    sa.Column('changed_by_fk', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['changed_by_fk'], ['ab_user.id'], ),
    sa.ForeignKeyConstraint(['created_by_fk'], ['ab_user.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('email'),
    sa.UniqueConstraint('username')
    )
    op.create_table('ab_view_menu',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=250), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name')
    )
    op.create_table('audit_event',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=True),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.Column('actor_kind', sa.Text(), nullable=False),
    sa.Column('actor_code', sa.UUID(), nullable=True),
    sa.Column('ip_code', sa.UUID(), nullable=True),
    sa.Column('tag', sa.Text(), nullable=False),
    sa.Column('object_kind', sa.Text(), nullable=False),
    sa.Column('object_number', sa.Text(), nullable=False),
    sa.Column('object_version', sa.Integer(), nullable=True),
    sa.Column('before', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('after', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('erp_call_id', sa.BigInteger(), nullable=True),
    sa.Column('correlation_id', sa.Text(), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('id', 'at', name=op.f('pk_audit_event')),
    postgresql_partition_by='RANGE (at)'
    )
    op.create_index('ix_audit_event_actor', 'audit_event', ['actor_id', 'at'], unique=False)
    op.create_index('ix_audit_event_customer', 'audit_event', ['customer_id', 'at'], unique=False)
    op.create_index('ix_audit_event_object', 'audit_event', ['object_kind', 'object_number'], unique=False)
    op.create_table('audit_personal',
    sa.Column('code', sa.UUID(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('first_seen', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_audit_personal')),
    sa.UniqueConstraint('customer_id', 'person_id', 'kind', 'value', name=op.f('uq_audit_personal_customer_id_person_id_kind_value'), postgresql_nulls_not_distinct=True)
    )
    op.create_table('customer',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('address_line1', sa.Text(), server_default='', nullable=False),
    sa.Column('address_line2', sa.Text(), server_default='', nullable=False),
    sa.Column('city', sa.Text(), server_default='', nullable=False),
    sa.Column('state', sa.Text(), server_default='', nullable=False),
    sa.Column('country', sa.Text(), server_default='', nullable=False),
    sa.Column('postal_code', sa.Text(), server_default='', nullable=False),
    sa.Column('email', sa.Text(), server_default='', nullable=False),
    sa.Column('phone', sa.Text(), server_default='', nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('price_group', sa.Text(), server_default='', nullable=False),
    sa.Column('salesperson', sa.Text(), server_default='', nullable=False),
    sa.Column('vat_id', sa.Text(), server_default='', nullable=False),
    sa.Column('tax_area', sa.Text(), server_default='', nullable=False),
    sa.Column('payment_terms_code', sa.Text(), server_default='', nullable=False),
    sa.Column('payment_terms_name', sa.Text(), server_default='', nullable=False),
    sa.Column('payment_days', sa.Integer(), server_default='30', nullable=False),
    sa.Column('prepayment', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('credit_limit', sa.Numeric(precision=19, scale=4), nullable=True),
    sa.Column('block', sa.Text(), server_default='none', nullable=False),
    sa.Column('blocked_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('balance', sa.Numeric(precision=19, scale=4), server_default='0', nullable=False),
    sa.Column('overdue', sa.Numeric(precision=19, scale=4), server_default='0', nullable=False),
    sa.Column('balance_as_of', sa.DateTime(timezone=True), nullable=True),
    sa.Column('modified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('erp_key', sa.Text(), nullable=False),
    sa.Column('synced_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer')),
    sa.UniqueConstraint('source', 'erp_key', name=op.f('uq_customer_source_erp_key')),
    sa.UniqueConstraint('source', 'number', name=op.f('uq_customer_source_number'))
    )
    op.create_table('item',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('plain_number', sa.Text(), sa.Computed("upper(regexp_replace(number, '[^[:alnum:]]+', '', 'g'))", persisted=True), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), server_default='', nullable=False),
    sa.Column('category', sa.Text(), server_default='', nullable=False),
    sa.Column('gtin', sa.Text(), server_default='', nullable=False),
    sa.Column('blocked', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('base_unit', sa.Text(), nullable=False),
    sa.Column('list_price', sa.Numeric(precision=19, scale=6), nullable=False),
    sa.Column('tax_group', sa.Text(), server_default='', nullable=False),
    sa.Column('lead_time_days', sa.Integer(), nullable=True),
    sa.Column('minimum_quantity', sa.Numeric(precision=19, scale=6), nullable=True),
    sa.Column('order_multiple', sa.Numeric(precision=19, scale=6), nullable=True),
    sa.Column('discontinued_on', sa.Date(), nullable=True),
    sa.Column('substitute_number', sa.Text(), server_default='', nullable=False),
    sa.Column('modified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('trigrams', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('erp_key', sa.Text(), nullable=False),
    sa.Column('synced_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item')),
    sa.UniqueConstraint('source', 'erp_key', name=op.f('uq_item_source_erp_key')),
    sa.UniqueConstraint('source', 'number', name=op.f('uq_item_source_number'))
    )
    op.create_index('ix_item_category', 'item', ['source', 'category'], unique=False)
    op.create_index('ix_item_plain_number', 'item', ['source', 'plain_number'], unique=False)
    op.create_index('ix_item_gtin', 'item', ['source', 'gtin'], unique=False)
    op.create_index('ix_item_trigrams', 'item', ['trigrams'], unique=False, postgresql_using='gin')
    op.create_table('rule_set',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('version', sa.Text(), nullable=False),
    sa.Column('texts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('note', sa.Text(), server_default='', nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('valid_from', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rule_set')),
    sa.UniqueConstraint('version', name=op.f('uq_rule_set_version'))
    )
    op.create_table('schedule_tick',
    sa.Column('job', sa.Text(), nullable=False),
    sa.Column('ran_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('job', name=op.f('pk_schedule_tick'))
    )
    op.create_table('stock',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('item_number', sa.Text(), nullable=False),
    sa.Column('warehouse', sa.Text(), nullable=False),
    sa.Column('warehouse_name', sa.Text(), server_default='', nullable=False),
    sa.Column('lot', sa.Text(), server_default='', nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('quantity', sa.Numeric(precision=19, scale=6), nullable=False),
    sa.Column('modified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('erp_key', sa.Text(), nullable=False),
    sa.Column('synced_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock')),
    sa.UniqueConstraint('source', 'erp_key', name=op.f('uq_stock_source_erp_key'))
    )
    op.create_index('ix_stock_item', 'stock', ['source', 'item_number'], unique=False)
    op.create_table('sync_state',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('entity', sa.Text(), nullable=False),
    sa.Column('cursor', sa.Text(), nullable=True),
    sa.Column('page_cursor', sa.Text(), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('fresh_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('rows', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('quarantined', sa.Integer(), server_default='0', nullable=False),
    sa.Column('problem', sa.Text(), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sync_state')),
    sa.UniqueConstraint('source', 'entity', name=op.f('uq_sync_state_source_entity'))
    )
    op.create_table('tax_rate',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('tax_area', sa.Text(), nullable=False),
    sa.Column('tax_group', sa.Text(), nullable=False),
    sa.Column('percent', sa.Numeric(precision=9, scale=5), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('erp_key', sa.Text(), nullable=False),
    sa.Column('synced_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tax_rate')),
    sa.UniqueConstraint('source', 'erp_key', name=op.f('uq_tax_rate_source_erp_key')),
    sa.UniqueConstraint('source', 'tax_area', 'tax_group', name=op.f('uq_tax_rate_source_tax_area_tax_group'))
    )
    op.create_table('ab_api_key',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(length=36), nullable=False),
    sa.Column('name', sa.String(length=256), nullable=False),
    sa.Column('key_hash', sa.String(length=256), nullable=False),
    sa.Column('lookup_hash', sa.String(length=256), nullable=True),
    sa.Column('key_prefix', sa.String(length=16), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('scopes', sa.Text(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('created_on', sa.DateTime(), nullable=True),
    sa.Column('expires_on', sa.DateTime(), nullable=True),
    sa.Column('revoked_on', sa.DateTime(), nullable=True),
    sa.Column('last_used_on', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('lookup_hash'),
    sa.UniqueConstraint('uuid')
    )
    op.create_index('idx_api_key_lookup_hash', 'ab_api_key', ['lookup_hash'], unique=True)
    op.create_index('idx_api_key_prefix', 'ab_api_key', ['key_prefix'], unique=False)
    op.create_index('idx_api_key_user_id', 'ab_api_key', ['user_id'], unique=False)
    op.create_table('ab_group_role',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('role_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['group_id'], ['ab_group.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['role_id'], ['ab_role.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('group_id', 'role_id')
    )
    op.create_index('idx_group_id', 'ab_group_role', ['group_id'], unique=False)
    op.create_index('idx_group_role_id', 'ab_group_role', ['role_id'], unique=False)
    op.create_table('ab_permission_view',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('permission_id', sa.Integer(), nullable=False),
    sa.Column('view_menu_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['permission_id'], ['ab_permission.id'], ),
    sa.ForeignKeyConstraint(['view_menu_id'], ['ab_view_menu.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('permission_id', 'view_menu_id')
    )
    op.create_index('idx_permission_id', 'ab_permission_view', ['permission_id'], unique=False)
    op.create_index('idx_view_menu_id', 'ab_permission_view', ['view_menu_id'], unique=False)
    op.create_table('ab_user_group',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['group_id'], ['ab_group.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('user_id', 'group_id')
    )
    op.create_index('idx_user_group_id', 'ab_user_group', ['group_id'], unique=False)
    op.create_index('idx_user_id', 'ab_user_group', ['user_id'], unique=False)
    op.create_table('ab_user_role',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('role_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['role_id'], ['ab_role.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('user_id', 'role_id')
    )
    op.create_table('customer_account',
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('account_manager', sa.Text(), server_default='', nullable=False),
    sa.Column('account_manager_phone', sa.Text(), server_default='', nullable=False),
    sa.Column('repeated_reference', sa.Text(), server_default='offer', nullable=False),
    sa.Column('substitutes_allowed', sa.Boolean(), server_default='true', nullable=False),
    sa.CheckConstraint("repeated_reference in ('notice', 'offer', 'block')", name=op.f('ck_customer_account_repeated_reference')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_customer_account_customer_id_customer')),
    sa.PrimaryKeyConstraint('customer_id', name=op.f('pk_customer_account'))
    )
    op.create_table('customer_item_number',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('own_number', sa.Text(), nullable=False),
    sa.Column('item_number', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_customer_item_number_customer_id_customer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer_item_number')),
    sa.UniqueConstraint('customer_id', 'own_number', name=op.f('uq_customer_item_number_customer_id_own_number'))
    )
    op.create_index('ix_customer_item_number_item', 'customer_item_number', ['customer_id', 'item_number'], unique=False)
    op.create_table('erp_call',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=True),
    sa.Column('order_id', sa.BigInteger(), nullable=True),
    sa.Column('message_id', sa.BigInteger(), nullable=True),
    sa.Column('connection', sa.Text(), nullable=False),
    sa.Column('operation', sa.Text(), nullable=False),
    sa.Column('method', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('milliseconds', sa.Integer(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('request_body', sa.Text(), server_default='', nullable=False),
    sa.Column('response_body', sa.Text(), server_default='', nullable=False),
    sa.Column('erp_request_id', sa.Text(), server_default='', nullable=False),
    sa.Column('correlation_id', sa.Text(), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_erp_call_customer_id_customer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erp_call'))
    )
    op.create_index('ix_erp_call_order', 'erp_call', ['order_id'], unique=False)
    op.create_index('ix_erp_call_started', 'erp_call', ['started_at'], unique=False)
    op.create_table('erp_order',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('order_key', sa.Text(), server_default='', nullable=False),
    sa.Column('reference', sa.Text(), server_default='', nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('ordered_on', sa.Date(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('net', sa.Numeric(precision=19, scale=4), nullable=False),
    sa.Column('tax', sa.Numeric(precision=19, scale=4), nullable=False),
    sa.Column('gross', sa.Numeric(precision=19, scale=4), nullable=False),
    sa.Column('modified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('erp_key', sa.Text(), nullable=False),
    sa.Column('synced_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_erp_order_customer_id_customer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erp_order')),
    sa.UniqueConstraint('id', 'customer_id', name=op.f('uq_erp_order_id_customer_id')),
    sa.UniqueConstraint('source', 'erp_key', name=op.f('uq_erp_order_source_erp_key'))
    )
    op.create_index('ix_erp_order_customer', 'erp_order', ['customer_id', 'ordered_on'], unique=False)
    op.create_index('ix_erp_order_order_key', 'erp_order', ['order_key'], unique=False)
    op.create_table('idempotency_key',
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('fingerprint', sa.Text(), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('answer', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_idempotency_key_customer_id_customer')),
    sa.PrimaryKeyConstraint('customer_id', 'key', name=op.f('pk_idempotency_key'))
    )
    op.create_table('invoice',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('order_number', sa.Text(), server_default='', nullable=False),
    sa.Column('order_key', sa.Text(), server_default='', nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('net', sa.Numeric(precision=19, scale=4), nullable=False),
    sa.Column('tax', sa.Numeric(precision=19, scale=4), nullable=False),
    sa.Column('gross', sa.Numeric(precision=19, scale=4), nullable=False),
    sa.Column('remaining', sa.Numeric(precision=19, scale=4), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('modified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('erp_key', sa.Text(), nullable=False),
    sa.Column('synced_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_invoice_customer_id_customer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoice')),
    sa.UniqueConstraint('id', 'customer_id', name=op.f('uq_invoice_id_customer_id')),
    sa.UniqueConstraint('source', 'erp_key', name=op.f('uq_invoice_source_erp_key'))
    )
    op.create_index('ix_invoice_customer', 'invoice', ['customer_id', 'issued_on'], unique=False)
    op.create_index('ix_invoice_order_number', 'invoice', ['source', 'order_number'], unique=False)
    op.create_table('item_unit',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('item_id', sa.BigInteger(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('factor', sa.Numeric(precision=19, scale=6), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_item_unit_item_id_item')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_unit')),
    sa.UniqueConstraint('item_id', 'code', name=op.f('uq_item_unit_item_id_code'))
    )
    op.create_table('outbox_message',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('order_key', sa.Text(), nullable=False),
    sa.Column('order_version', sa.Integer(), nullable=False),
    sa.Column('connection', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('body', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Text(), server_default='waiting', nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason_code', sa.Text(), server_default='', nullable=False),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.Column('correlation_id', sa.Text(), server_default='', nullable=False),
    sa.CheckConstraint("state in ('waiting', 'done', 'dead', 'withdrawn')", name=op.f('ck_outbox_message_state')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_outbox_message_customer_id_customer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_message')),
    sa.UniqueConstraint('kind', 'order_key', 'order_version', name=op.f('uq_outbox_message_kind_order_key_order_version'))
    )
    op.create_index('ix_outbox_message_due', 'outbox_message', ['due_at'], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.create_index('ix_outbox_message_order', 'outbox_message', ['order_id'], unique=False)
    op.create_table('person',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('login', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), server_default='', nullable=False),
    sa.Column('phone', sa.Text(), server_default='', nullable=False),
    sa.Column('language', sa.Text(), server_default='en', nullable=False),
    sa.Column('active', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('is_demo', sa.Boolean(), server_default='false', nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], name=op.f('fk_person_user_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('login', name=op.f('uq_person_login')),
    sa.UniqueConstraint('user_id', name=op.f('uq_person_user_id'))
    )
    op.create_table('price',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('list_code', sa.Text(), nullable=False),
    sa.Column('list_name', sa.Text(), server_default='', nullable=False),
    sa.Column('assigned_to', sa.Text(), nullable=False),
    sa.Column('source_code', sa.Text(), server_default='', nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=True),
    sa.Column('item_number', sa.Text(), nullable=False),
    sa.Column('unit', sa.Text(), server_default='', nullable=False),
    sa.Column('minimum_quantity', sa.Numeric(precision=19, scale=6), server_default='0', nullable=False),
    sa.Column('currency', sa.Text(), server_default='', nullable=False),
    sa.Column('unit_price', sa.Numeric(precision=19, scale=6), nullable=True),
    sa.Column('discount_percent', sa.Numeric(precision=9, scale=5), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('modified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('erp_key', sa.Text(), nullable=False),
    sa.Column('synced_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(assigned_to = 'customer') = (customer_id is not null)", name=op.f('ck_price_customer')),
    sa.CheckConstraint("assigned_to in ('all', 'group', 'customer')", name=op.f('ck_price_assigned_to')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_price_customer_id_customer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_price')),
    sa.UniqueConstraint('source', 'erp_key', name=op.f('uq_price_source_erp_key'))
    )
    op.create_index(op.f('ix_price_customer_id'), 'price', ['customer_id'], unique=False)
    op.create_index('ix_price_item', 'price', ['source', 'item_number'], unique=False)
    op.create_table('ship_to',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), server_default='', nullable=False),
    sa.Column('address_line1', sa.Text(), server_default='', nullable=False),
    sa.Column('address_line2', sa.Text(), server_default='', nullable=False),
    sa.Column('city', sa.Text(), server_default='', nullable=False),
    sa.Column('state', sa.Text(), server_default='', nullable=False),
    sa.Column('country', sa.Text(), server_default='', nullable=False),
    sa.Column('postal_code', sa.Text(), server_default='', nullable=False),
    sa.Column('contact', sa.Text(), server_default='', nullable=False),
    sa.Column('phone', sa.Text(), server_default='', nullable=False),
    sa.Column('is_default', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('erp_key', sa.Text(), nullable=False),
    sa.Column('synced_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_ship_to_customer_id_customer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ship_to')),
    sa.UniqueConstraint('customer_id', 'code', name=op.f('uq_ship_to_customer_id_code')),
    sa.UniqueConstraint('source', 'erp_key', name=op.f('uq_ship_to_source_erp_key'))
    )
    op.create_table('shipment',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('order_number', sa.Text(), server_default='', nullable=False),
    sa.Column('order_key', sa.Text(), server_default='', nullable=False),
    sa.Column('shipped_on', sa.Date(), nullable=False),
    sa.Column('carrier', sa.Text(), server_default='', nullable=False),
    sa.Column('tracking_number', sa.Text(), server_default='', nullable=False),
    sa.Column('tracking_url', sa.Text(), server_default='', nullable=False),
    sa.Column('modified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('erp_key', sa.Text(), nullable=False),
    sa.Column('synced_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_shipment_customer_id_customer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shipment')),
    sa.UniqueConstraint('id', 'customer_id', name=op.f('uq_shipment_id_customer_id')),
    sa.UniqueConstraint('source', 'erp_key', name=op.f('uq_shipment_source_erp_key'))
    )
    op.create_index('ix_shipment_customer', 'shipment', ['customer_id', 'shipped_on'], unique=False)
    op.create_index('ix_shipment_order_number', 'shipment', ['source', 'order_number'], unique=False)
    op.create_table('ab_permission_view_role',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('permission_view_id', sa.Integer(), nullable=True),
    sa.Column('role_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['permission_view_id'], ['ab_permission_view.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['role_id'], ['ab_role.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('permission_view_id', 'role_id')
    )
    op.create_index('idx_permission_view_id', 'ab_permission_view_role', ['permission_view_id'], unique=False)
    op.create_index('idx_role_id', 'ab_permission_view_role', ['role_id'], unique=False)
    op.create_table('customer_order',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('reference', sa.Text(), server_default='', nullable=False),
    sa.Column('comment', sa.Text(), server_default='', nullable=False),
    sa.Column('ship_to_code', sa.Text(), server_default='', nullable=False),
    sa.Column('ship_to_address', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('requested_date', sa.Date(), nullable=True),
    sa.Column('process', sa.Text(), server_default='draft', nullable=False),
    sa.Column('validation', sa.Text(), server_default='not_checked', nullable=False),
    sa.Column('payment', sa.Text(), server_default='none', nullable=False),
    sa.Column('moved_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('ball_with', sa.Text(), server_default='buyer', nullable=False),
    sa.Column('ball_since', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('hold_reason', sa.Text(), nullable=True),
    sa.Column('hold_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('hold_by', sa.Text(), server_default='', nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('net', sa.Numeric(precision=19, scale=4), server_default='0', nullable=False),
    sa.Column('tax', sa.Numeric(precision=19, scale=4), nullable=True),
    sa.Column('gross', sa.Numeric(precision=19, scale=4), nullable=True),
    sa.Column('promise', sa.Text(), server_default='mirror', nullable=False),
    sa.Column('priced_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('placed_by', sa.BigInteger(), nullable=False),
    sa.Column('placed_by_name', sa.Text(), server_default='', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('rule_set_version', sa.Text(), server_default='', nullable=False),
    sa.Column('review_reason', sa.Text(), server_default='', nullable=False),
    sa.Column('review_note', sa.Text(), server_default='', nullable=False),
    sa.Column('reviewed_by', sa.BigInteger(), nullable=True),
    sa.Column('claimed_by', sa.BigInteger(), nullable=True),
    sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_requested_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_reason', sa.Text(), server_default='', nullable=False),
    sa.Column('erp_number', sa.Text(), server_default='', nullable=False),
    sa.Column('erp_status', sa.Text(), server_default='', nullable=False),
    sa.CheckConstraint("ball_with in ('buyer', 'approver', 'validator', 'account_manager', 'erp', 'warehouse', 'carrier', 'payer', 'nobody')", name=op.f('ck_customer_order_ball_with')),
    sa.CheckConstraint("payment in ('none', 'proforma', 'partially_paid', 'paid')", name=op.f('ck_customer_order_payment')),
    sa.CheckConstraint("process in ('draft', 'awaiting_approval', 'received', 'in_validation', 'confirmed', 'in_dispatch', 'delivered', 'cancelled')", name=op.f('ck_customer_order_process')),
    sa.CheckConstraint("validation in ('not_checked', 'pending', 'approved', 'rejected')", name=op.f('ck_customer_order_validation')),
    sa.ForeignKeyConstraint(['claimed_by'], ['person.id'], name=op.f('fk_customer_order_claimed_by_person')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_customer_order_customer_id_customer')),
    sa.ForeignKeyConstraint(['placed_by'], ['person.id'], name=op.f('fk_customer_order_placed_by_person')),
    sa.ForeignKeyConstraint(['reviewed_by'], ['person.id'], name=op.f('fk_customer_order_reviewed_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer_order')),
    sa.UniqueConstraint('id', 'customer_id', name=op.f('uq_customer_order_id_customer_id')),
    sa.UniqueConstraint('key', name=op.f('uq_customer_order_key')),
    sa.UniqueConstraint('number', name=op.f('uq_customer_order_number'))
    )
    op.create_index('ix_customer_order_erp', 'customer_order', ['source', 'erp_number'], unique=False)
    op.create_index('ix_customer_order_list', 'customer_order', ['customer_id', 'id'], unique=False)
    op.create_index('ix_customer_order_reference', 'customer_order', ['customer_id', 'reference'], unique=False)
    op.create_index('ix_customer_order_review', 'customer_order', ['id'], unique=False, postgresql_where=sa.text("process = 'in_validation' and validation = 'pending'"))
    op.create_table('erp_order_line',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('erp_order_id', sa.BigInteger(), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('line_number', sa.Integer(), nullable=False),
    sa.Column('item_number', sa.Text(), server_default='', nullable=False),
    sa.Column('name', sa.Text(), server_default='', nullable=False),
    sa.Column('unit', sa.Text(), server_default='', nullable=False),
    sa.Column('quantity', sa.Numeric(precision=19, scale=6), nullable=False),
    sa.Column('unit_price', sa.Numeric(precision=19, scale=6), nullable=False),
    sa.Column('discount_percent', sa.Numeric(precision=9, scale=5), nullable=False),
    sa.Column('net', sa.Numeric(precision=19, scale=4), nullable=False),
    sa.Column('shipped', sa.Numeric(precision=19, scale=6), nullable=False),
    sa.Column('invoiced', sa.Numeric(precision=19, scale=6), nullable=False),
    sa.Column('cancelled', sa.Numeric(precision=19, scale=6), nullable=False),
    sa.Column('confirmed_date', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['erp_order_id', 'customer_id'], ['erp_order.id', 'erp_order.customer_id'], name=op.f('fk_erp_order_line_erp_order_id_customer_id_erp_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erp_order_line')),
    sa.UniqueConstraint('erp_order_id', 'line_number', name=op.f('uq_erp_order_line_erp_order_id_line_number'))
    )
    op.create_table('invoice_line',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('invoice_id', sa.BigInteger(), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('line_number', sa.Integer(), nullable=False),
    sa.Column('item_number', sa.Text(), server_default='', nullable=False),
    sa.Column('name', sa.Text(), server_default='', nullable=False),
    sa.Column('unit', sa.Text(), server_default='', nullable=False),
    sa.Column('quantity', sa.Numeric(precision=19, scale=6), nullable=False),
    sa.Column('unit_price', sa.Numeric(precision=19, scale=6), nullable=False),
    sa.Column('net', sa.Numeric(precision=19, scale=4), nullable=False),
    sa.ForeignKeyConstraint(['invoice_id', 'customer_id'], ['invoice.id', 'invoice.customer_id'], name=op.f('fk_invoice_line_invoice_id_customer_id_invoice')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoice_line')),
    sa.UniqueConstraint('invoice_id', 'line_number', name=op.f('uq_invoice_line_invoice_id_line_number'))
    )
    op.create_table('membership',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=True),
    sa.Column('roles', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('order_limit', sa.Numeric(precision=19, scale=4), nullable=True),
    sa.Column('portfolio', postgresql.ARRAY(sa.BigInteger()), server_default='{}', nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('cardinality(roles) > 0', name=op.f('ck_membership_roles')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_membership_customer_id_customer')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_membership_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_membership'))
    )
    op.create_index(op.f('ix_membership_customer_id'), 'membership', ['customer_id'], unique=False)
    op.create_index(op.f('ix_membership_person_id'), 'membership', ['person_id'], unique=False)
    op.create_table('shipment_line',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('shipment_id', sa.BigInteger(), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('order_line', sa.Integer(), nullable=False),
    sa.Column('item_number', sa.Text(), server_default='', nullable=False),
    sa.Column('unit', sa.Text(), server_default='', nullable=False),
    sa.Column('quantity', sa.Numeric(precision=19, scale=6), nullable=False),
    sa.ForeignKeyConstraint(['shipment_id', 'customer_id'], ['shipment.id', 'shipment.customer_id'], name=op.f('fk_shipment_line_shipment_id_customer_id_shipment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shipment_line')),
    sa.UniqueConstraint('shipment_id', 'position', name=op.f('uq_shipment_line_shipment_id_position'))
    )
    op.create_table('api_token',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('membership_id', sa.BigInteger(), nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('label', sa.Text(), server_default='', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['membership_id'], ['membership.id'], name=op.f('fk_api_token_membership_id_membership')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_api_token_token_hash'))
    )
    op.create_index(op.f('ix_api_token_membership_id'), 'api_token', ['membership_id'], unique=False)
    op.create_table('approval',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('order_version', sa.Integer(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('amount', sa.Numeric(precision=19, scale=4), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('snapshot', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('asked_by', sa.BigInteger(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('state', sa.Text(), server_default='waiting', nullable=False),
    sa.Column('decided_by', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.CheckConstraint("state in ('waiting', 'approved', 'rejected', 'withdrawn')", name=op.f('ck_approval_state')),
    sa.ForeignKeyConstraint(['asked_by'], ['person.id'], name=op.f('fk_approval_asked_by_person')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_approval_decided_by_person')),
    sa.ForeignKeyConstraint(['order_id', 'customer_id'], ['customer_order.id', 'customer_order.customer_id'], name=op.f('fk_approval_order_id_customer_id_customer_order'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_approval'))
    )
    op.create_index('ix_approval_order', 'approval', ['order_id'], unique=True, postgresql_where=sa.text("state = 'waiting'"))
    op.create_index('ix_approval_waiting', 'approval', ['customer_id'], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.create_table('judgement',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('order_version', sa.Integer(), nullable=False),
    sa.Column('rule_set_version', sa.Text(), nullable=False),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('judged_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['order_id', 'customer_id'], ['customer_order.id', 'customer_order.customer_id'], name=op.f('fk_judgement_order_id_customer_id_customer_order'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_judgement')),
    sa.UniqueConstraint('id', 'customer_id', name=op.f('uq_judgement_id_customer_id'))
    )
    op.create_index('ix_judgement_order', 'judgement', ['order_id', 'id'], unique=False)
    op.create_table('order_line',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('line_number', sa.Integer(), nullable=False),
    sa.Column('typed_item', sa.Text(), nullable=False),
    sa.Column('item_number', sa.Text(), server_default='', nullable=False),
    sa.Column('item_name', sa.Text(), server_default='', nullable=False),
    sa.Column('quantity', sa.Numeric(precision=19, scale=6), nullable=False),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('factor', sa.Numeric(precision=19, scale=6), server_default='1', nullable=False),
    sa.Column('base_quantity', sa.Numeric(precision=19, scale=6), nullable=False),
    sa.Column('requested_date', sa.Date(), nullable=True),
    sa.Column('buyer_line', sa.Text(), server_default='', nullable=False),
    sa.Column('cost_center', sa.Text(), server_default='', nullable=False),
    sa.Column('comment', sa.Text(), server_default='', nullable=False),
    sa.Column('unit_price', sa.Numeric(precision=19, scale=6), nullable=True),
    sa.Column('discount_percent', sa.Numeric(precision=9, scale=5), server_default='0', nullable=False),
    sa.Column('net_unit_price', sa.Numeric(precision=19, scale=6), nullable=True),
    sa.Column('net', sa.Numeric(precision=19, scale=4), nullable=True),
    sa.Column('explanation', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False),
    sa.Column('promise', sa.Text(), server_default='mirror', nullable=False),
    sa.Column('price_as_of', sa.DateTime(timezone=True), nullable=True),
    sa.Column('confirmed', sa.Numeric(precision=19, scale=6), server_default='0', nullable=False),
    sa.Column('confirmed_date', sa.Date(), nullable=True),
    sa.Column('shipped', sa.Numeric(precision=19, scale=6), server_default='0', nullable=False),
    sa.Column('invoiced', sa.Numeric(precision=19, scale=6), server_default='0', nullable=False),
    sa.Column('cancelled', sa.Numeric(precision=19, scale=6), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['order_id', 'customer_id'], ['customer_order.id', 'customer_order.customer_id'], name=op.f('fk_order_line_order_id_customer_id_customer_order'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_line')),
    sa.UniqueConstraint('order_id', 'line_number', name=op.f('uq_order_line_order_id_line_number'))
    )
    op.create_table('sign_in_session',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('membership_id', sa.BigInteger(), nullable=False),
    sa.Column('key_hash', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['membership_id'], ['membership.id'], name=op.f('fk_sign_in_session_membership_id_membership')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_session')),
    sa.UniqueConstraint('key_hash', name=op.f('uq_sign_in_session_key_hash'))
    )
    op.create_index(op.f('ix_sign_in_session_membership_id'), 'sign_in_session', ['membership_id'], unique=False)
    op.create_table('finding',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('judgement_id', sa.BigInteger(), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('layer', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('line_number', sa.Integer(), nullable=True),
    sa.Column('texts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('offers', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.ForeignKeyConstraint(['judgement_id', 'customer_id'], ['judgement.id', 'judgement.customer_id'], name=op.f('fk_finding_judgement_id_customer_id_judgement'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_finding'))
    )
    op.create_index('ix_finding_judgement', 'finding', ['judgement_id'], unique=False)
    functions()
    row_scope()
    privileges()


def functions() -> None:
    """Order numbers, search by trigrams without an extension, and an audit record that only grows."""
    op.execute("create sequence order_number start 10391")
    op.execute("""
        create function portico_trigrams(words text) returns text[] language sql immutable parallel safe as $$
            select coalesce(array_agg(distinct substr(padded, place, 3)), '{}')
            from (select '  ' || word || ' ' as padded
                  from regexp_split_to_table(lower(words), '[^[:alnum:]]+') as word where word <> '') as each_word,
                 generate_series(1, length(padded) - 2) as place
        $$""")
    op.execute("""
        create function portico_audit_partitions(months integer) returns void language plpgsql as $$
        declare
            first_day date := date_trunc('month', now() - interval '1 month');
            month date;
            name text;
        begin
            for month in select generate_series(first_day, first_day + make_interval(months => months), '1 month') loop
                name := 'audit_event_' || to_char(month, 'YYYY_MM');
                continue when to_regclass(name) is not null;
                execute format(
                    'create table %I partition of audit_event for values from (%L) to (%L)',
                    name, month, month + interval '1 month');
                execute format(
                    'create trigger never_emptied before truncate on %I
                     for each statement execute function portico_refuse_change()', name);
            end loop;
        end $$""")
    op.execute("create table audit_event_default partition of audit_event default")
    op.execute("""
        create function portico_refuse_change() returns trigger language plpgsql as $$
        begin
            raise exception 'The audit record only grows: % refused.', tg_op;
        end $$""")
    op.execute("""
        create trigger only_grows before update or delete on audit_event
        for each row execute function portico_refuse_change()""")
    op.execute("""
        create trigger never_emptied before truncate on audit_event
        for each statement execute function portico_refuse_change()""")
    op.execute("""
        create trigger never_emptied before truncate on audit_event_default
        for each statement execute function portico_refuse_change()""")


def row_scope() -> None:
    """Who sees which rows (see app/migrations/row_security.py)."""
    own_source = f"source = (select c.source from customer c where c.id = {OWN})"
    portfolio_source = "source in (select c.source from customer c)"
    guard("customer", column="id", sync=True)
    for table in ("ship_to", "invoice", "invoice_line", "shipment", "shipment_line", "erp_order", "erp_order_line"):
        guard(table, sync=True)
    for table in ("item", "item_unit", "stock", "tax_rate"):
        guard(table, customer=own_source, portfolio=portfolio_source, sync=True)
    price_group = f"(select c.price_group from customer c where c.id = {OWN})"
    guard(
        "price",
        customer=f"({own_source}) and (assigned_to = 'all' or customer_id = {OWN}"
        f" or (assigned_to = 'group' and source_code = {price_group}))",
        portfolio=f"({portfolio_source}) and (assigned_to <> 'customer' or customer_id = {PORTFOLIO})",
        sync=True,
    )
    for table in (
        "customer_account", "customer_item_number", "customer_order", "order_line", "judgement", "finding", "approval",
        "outbox_message", "erp_call", "idempotency_key", "audit_event", "audit_personal",
    ):
        guard(table)


def privileges() -> None:
    """What each role may do at all. Nothing here lets a web process write reference data or change the audit record."""
    customer, portfolio, staff = SCOPES
    logins = ("portico_web", "portico_worker")
    reference = (
        "customer", "ship_to", "item", "item_unit", "price", "tax_rate", "stock", "invoice", "invoice_line", "shipment",
        "shipment_line", "erp_order", "erp_order_line",
    )
    for table in reference:
        grant("select", table, *SCOPES)
        grant("select, insert, update", table, "portico_sync")
    for table in ("invoice_line", "shipment_line", "erp_order_line"):
        grant("delete", table, "portico_sync")  # lines of a document are replaced with it
    grant("select", "sync_state", *SCOPES)
    grant("select, insert, update", "sync_state", "portico_sync")

    grant("select", "customer_account", *SCOPES)
    grant("select", "customer_item_number", *SCOPES)
    for table in ("customer_account", "customer_item_number"):
        grant("insert, update", table, staff)
    grant("select", "rule_set", *SCOPES)
    grant("insert", "rule_set", staff)
    grant("select, insert, update", "schedule_tick", staff)
    grant("temporary", "database " + op.get_bind().engine.url.database, "portico_sync", "portico_staff")

    for table in ("customer_order", "order_line", "approval", "outbox_message"):
        grant("select, insert, update", table, *SCOPES)
    grant("delete", "order_line", *SCOPES)  # the lines of a draft are replaced as a whole
    for table in ("judgement", "finding", "idempotency_key", "audit_event", "audit_personal"):
        grant("select, insert", table, *SCOPES)
    grant("insert", "audit_event", "portico_sync")
    grant("select, insert", "erp_call", staff)
    grant("select (id, customer_id, order_id, operation, started_at, milliseconds, outcome)", "erp_call", customer, portfolio)
    grant("usage", "sequence order_number", *SCOPES)

    for table in ("person", "membership", "api_token", "sign_in_session"):
        grant("select, insert, update", table, *logins)
        grant("select", table, staff)
    grant("select, insert, update", "ab_user", *logins)
    grant("usage", "sequence ab_user_id_seq", *logins)
    grant("select", "alembic_version", *logins, *SCOPES)
