"""The doors: command line, HTTP API and pages, settings, and the one file that wires it all."""
