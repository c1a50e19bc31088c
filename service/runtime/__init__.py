"""What does the process live on? Settings, what is built from the store, learning, memory, cores."""
