"""What a sync costs, measured: requests, bytes, pounds, processor time and memory."""
