"""What keeping the record costs, beside what the databases can do at best."""
