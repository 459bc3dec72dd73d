"""The vocabularies of the systems that Holdfast replaces, over the current instance."""
