"""Where runs, versions and the champion are kept, and the log of who served."""
