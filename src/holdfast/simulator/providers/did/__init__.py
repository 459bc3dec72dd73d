"""D-ID's double: talks as jobs, their films, and credits."""
