"""Whether a candidate may take the champion's place."""
