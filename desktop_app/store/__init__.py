"""Encrypted database: records, audit chain, outbox, sealed sound, backup. Start at `store.store.Store`."""
