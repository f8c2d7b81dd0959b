"""PostgreSQL, Redis and the parts of Portico, started on one machine by one command; tests use the same.

Production never touches this package: there each part is started by the machine's own service manager.
"""
