"""Jiceng (基层助手): an offline desk assistant for village clinics and shop counters."""
