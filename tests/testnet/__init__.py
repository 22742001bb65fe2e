"""The real networks, on loopback, as the tests, the demo and the bench use them."""
