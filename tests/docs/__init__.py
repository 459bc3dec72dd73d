"""Documentation that is executed and generated, so that it cannot lie."""
