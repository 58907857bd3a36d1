"""Plug-ins that make a moto server behave like the AWS that ConnectOps is deployed to."""
