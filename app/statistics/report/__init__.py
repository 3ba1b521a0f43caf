"""Documents of published figures: the Kurzbericht and the codebook, as accessible PDF."""
