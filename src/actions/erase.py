"""Removing persons."""

from __future__ import annotations

import argparse

from .answer import Answer


def erase(options: argparse.Namespace) -> Answer:
    """Remove customers from a ledger and from what was made of it."""
    from ..erase import erase

    done = erase(options.ledger, options.customer, options.store, options.also, options.dry_run)
    return done.as_dict, str(done)
