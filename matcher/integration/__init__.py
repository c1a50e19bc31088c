"""The parts of the integrated overall project; `matcher.integrate` is the way in."""
