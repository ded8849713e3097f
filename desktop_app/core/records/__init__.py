"""The frozen records that travel from stage to stage."""
