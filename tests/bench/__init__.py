"""Tests of the bench: that it counts and times what happens. None of them judges a speed."""
