"""Where facts go. Each module is one reader of events; none knows another, nor who emits."""
