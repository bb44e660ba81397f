"""jggateway: the receiving end of the sync contract."""
