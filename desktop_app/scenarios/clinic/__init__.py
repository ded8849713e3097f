"""The clinic: from a consultation's words to the fields of the outpatient record."""
