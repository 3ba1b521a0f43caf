"""The pure flow engine: call flows as data, proved at load, advanced one input at a time."""
