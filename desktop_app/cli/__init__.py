"""Headless commands: every capability of the window without one (cli.md)."""
