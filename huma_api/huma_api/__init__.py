"""How Huma's Open API behaves. Knows nothing of Xledger."""
