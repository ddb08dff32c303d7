"""Many runs over many settings: planned, run wherever there is room, kept by their content, compared."""
