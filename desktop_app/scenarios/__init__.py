"""What each trade knows: rules in code, content in resources."""
