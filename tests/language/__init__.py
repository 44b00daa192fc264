"""Texts in other languages: how they are collected, and that none is missing."""
