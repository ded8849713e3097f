"""Records, errors, settings, paths, cancellation and clock: what every room may import."""
