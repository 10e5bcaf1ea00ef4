"""A store saved, put back and brought up to date."""
