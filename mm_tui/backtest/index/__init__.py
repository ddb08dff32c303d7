"""An index made once from a recording, and runs that look up what they would else have to live through."""
