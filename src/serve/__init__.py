"""Scores over HTTP, where nothing but the base install and two more packages is there."""
