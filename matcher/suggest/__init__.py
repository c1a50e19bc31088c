"""How does an outline become explained consortia? The way of a suggestion, from reading to reasons."""
