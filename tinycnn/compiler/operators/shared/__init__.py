"""Rules that several operators name; no operator is defined here."""
