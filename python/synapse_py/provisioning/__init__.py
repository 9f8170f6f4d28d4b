"""What a base interpreter runs while an environment is made: scripts for the builder, of which a worker imports nothing."""
