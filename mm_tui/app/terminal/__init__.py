"""What the screen asks of a terminal, and what it does with a poor one."""
