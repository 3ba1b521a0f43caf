"""The interface stands in the pages of the review's tests."""

from tests.review.conftest import cheap_hash, clock, figures, pages, reader

__all__ = ["cheap_hash", "clock", "figures", "pages", "reader"]
