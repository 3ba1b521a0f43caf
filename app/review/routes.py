"""All pages of the review: importing their modules registers them."""

from app.review import explaining_pages, figures_page, files_pages
from app.review.door import router as review_router

__all__ = ["explaining_pages", "figures_page", "files_pages", "review_router"]
