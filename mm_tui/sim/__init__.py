"""The paper venue: what an exchange would have done with our orders."""
