"""What can be asked of Konsort? Use cases over one state, without any screen."""
