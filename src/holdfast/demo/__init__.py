"""The demonstration: simulator, example application, traffic and page in one command."""
