"""People in their memberships: who is in a company, who lets them in and out, and what they may do there.

Identity tables know no row scope, so every statement here names the customer or the person itself, after the policy was
asked. A changed right counts at the next request, because every request reads it. Not for signing in.
"""
