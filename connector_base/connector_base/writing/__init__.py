"""What every destination of people does alike, whichever system it writes to."""
