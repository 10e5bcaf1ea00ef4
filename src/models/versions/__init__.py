"""From a training to the version that serves: candidates and their cards, the gate, the registry."""
