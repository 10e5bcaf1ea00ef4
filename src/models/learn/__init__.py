"""From a book to a fitted bundle: rows that may train, tuning, calibration."""
