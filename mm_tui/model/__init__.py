"""What flows through the desk: instruments, events, commands, facts, orders, the account."""
