"""Every host that the page about hosts names, installed and run by the page's own commands."""
