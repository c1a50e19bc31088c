"""Door 2: the web application: API, pages, headers, server."""
