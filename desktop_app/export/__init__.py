"""The record as files: PDF, DOCX, FHIR."""
