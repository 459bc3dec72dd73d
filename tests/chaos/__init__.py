"""What breaks while an application runs: its requests go on, and every event is accounted for."""
