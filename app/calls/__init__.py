"""A call's life: begin, advance, close; and the effects that flows may ask for."""
