"""What does an outline seek and bring, and what do names tell? The face is read.py."""
