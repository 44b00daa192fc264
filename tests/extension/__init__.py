"""The browser extension: its finder, its packing, and itself in a real Chromium."""
