"""Ad hoc SQL and search: what may run, for how long, and how its rows are shown."""
