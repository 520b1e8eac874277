"""What every connector needs around the Airbyte CDK. Knows neither Huma nor Xledger."""
