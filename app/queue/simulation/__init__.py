"""A simulated day on the line: arrivals, patience and agents through the real rules, beside Erlang's formulas."""
