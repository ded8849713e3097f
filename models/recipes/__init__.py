"""Recipes that make the small models."""
