"""The simulator of faults: a pure core on a virtual clock against a market, a venue and people that do their worst."""
