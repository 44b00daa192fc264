"""Self-hosted click-to-dial for a whole business."""

__version__ = "0.1.0"
