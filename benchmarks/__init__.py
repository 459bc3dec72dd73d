"""What Holdfast costs beside its peers. `./scripts/bench` runs it and writes the reference page."""
