"""Where everything is kept: one encrypted SQLite file."""
