"""PyAirbyte as the host of both connectors: it reads from one local executable and writes to the other."""
