"""What the operator's actions do on the screen's side."""
