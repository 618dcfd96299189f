"""Storage: sessions, queries, migrations, pages of results."""
