"""After a model began to serve: whether the book drifts away from it, how good it is, and when to train again."""
