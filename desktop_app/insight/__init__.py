"""Evaluation suites, benchmarks and the pages that show their results."""
