"""People, roles, keys, signatures, consents and retention."""
