"""Reports that finance reads and signs, each one self-contained page."""
