"""A recording on the same screen: played, sought in, branched off."""
