"""Knowledge: sourced, dated facts about return, and the short answers a caller hears."""
