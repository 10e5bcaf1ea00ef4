"""How good it is: every model and baseline on the same later rows, and why nothing is trained."""
