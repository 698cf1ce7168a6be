"""What trainings learn from, and the runs that did."""
