"""A shift for practice, in the demonstration alone: simulated callers walk the real webhooks and talk by text."""
