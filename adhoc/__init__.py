"""Ad hoc SQL, the SQL shell and search."""
