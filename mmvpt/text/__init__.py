"""Text that users read: tables, and lists of names."""
