"""Who is near whom, and is this set allowed: the collaboration network and the calls' rules."""
