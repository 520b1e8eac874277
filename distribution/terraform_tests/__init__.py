"""What is tried with Terraform itself: the files that set everything up in Airbyte. `make terraform-test` runs it."""
