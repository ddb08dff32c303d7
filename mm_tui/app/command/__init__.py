"""What is typed: the language of the command line."""
