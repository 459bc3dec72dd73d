"""The composition root: the only place that creates things and knows them all."""
