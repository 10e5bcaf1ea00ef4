"""A second way to features and labels, independent of the package's kernels."""
