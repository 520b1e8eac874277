"""What leaves this repository, and how it is tried: images, wheels, the site, and other hosts."""
