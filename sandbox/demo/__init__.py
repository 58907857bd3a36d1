"""The demo: real connector failures, recorded, handled by the real artifacts on a local AWS."""
