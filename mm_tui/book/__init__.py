"""The order book, how it follows the exchange's stream, and what was traded."""
