"""How the application is run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Manner:
    """`demo` lets anybody look around, `phone` adds the browser telephone; without `pages` it answers calls alone.

    `shift` lets simulated callers call the demonstration's agent.
    """

    demo: bool
    phone: bool
    pages: bool = True
    shift: bool = False
