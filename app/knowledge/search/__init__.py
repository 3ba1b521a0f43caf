"""Search over the knowledge: finds the answer to a question typed, spoken or misspelt, in any language there is."""
