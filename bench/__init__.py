"""The benchmarks: what a step of a call costs here, beside small servers that do the same work in the usual ways."""
