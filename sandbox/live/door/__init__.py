"""The local MSK Connect on real workers: what the API has accepted becomes processes, REST calls and metrics."""
