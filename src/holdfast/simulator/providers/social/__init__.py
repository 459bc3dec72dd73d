"""The doubles of six social networks: how their tokens are checked and renewed."""
