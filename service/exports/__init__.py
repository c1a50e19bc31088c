"""Files that leave the house: spreadsheets, documents, graphs and calendars, written from records alone."""
