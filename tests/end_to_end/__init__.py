"""The whole house, used as a user would."""
