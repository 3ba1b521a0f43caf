"""A stand-in for the telephone provider, for demo and tests: it holds calls, answers its REST API, calls webhooks."""
