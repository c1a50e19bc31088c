"""What is known: records, the store that keeps them, the sources that bring them, the calls that demand."""
