"""Reports of results that may stand in one table: tables, tests, curves, and the layouts of papers."""
