"""A stand-in for Business Central: the published API v2.0 and Portico's companion pages over a store of its own.

It exists so that the connector, the demo and the tests meet an ERP that behaves and misbehaves like the real one.
It is not part of the portal: nothing here imports the rest of `app`, and the portal reaches it over HTTP only.
"""
