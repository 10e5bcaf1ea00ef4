"""Promises and disputes: what is pending, what came of earlier ones, and how that moves a forecast."""
