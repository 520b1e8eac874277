"""From records to people: the values that a sync and its report both speak of."""
