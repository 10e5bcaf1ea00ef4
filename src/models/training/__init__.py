"""From a ledger to a candidate, in steps that go on where they were."""
