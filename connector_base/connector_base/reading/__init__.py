"""What a source needs around the CDK: its command line, what a host hands it, and how it reads."""
