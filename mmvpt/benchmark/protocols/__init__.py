"""What is compared with what: one protocol a file, as data."""
