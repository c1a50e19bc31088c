"""Who is near whom, and what is the field like? The collaboration network and its views."""
