"""Validators: does this answer mean what it should? One file per kind of check."""
