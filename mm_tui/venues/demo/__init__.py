"""The embedded exchange: a seeded market behind a loopback server."""
