"""How Xledger's GraphQL API behaves. Knows nothing of Huma."""
