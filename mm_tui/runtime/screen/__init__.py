"""What the screen is given: frames at its rate, previews, histograms, viewers in other processes."""
