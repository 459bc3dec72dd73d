"""How the schema came to be what it is: each step once, never changed afterwards."""
