"""A local AWS without containers, for tests and the demo. The product never imports it."""
