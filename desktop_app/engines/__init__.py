"""Hardware and weights: protocols that all may see, adapters that only the worker loads."""
