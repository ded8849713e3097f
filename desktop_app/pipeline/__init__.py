"""One file per arrow of the flow, from sound and images to a stored record."""
