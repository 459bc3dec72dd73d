"""Where the record is kept: SQLite or PostgreSQL, fulfilling the ports that floors below ask for.

`address` and `engine` open a database, `schema` brings it up to date, `writer` and `sessions`
fulfil `EventLog` and `SessionLog`, `retention` forgets what is old.
"""
