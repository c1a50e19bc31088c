"""How do a call's outlines become one overall project? The face is integrate.py."""
