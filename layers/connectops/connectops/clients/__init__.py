"""Doors to systems that boto3 does not cover; foreign errors are translated here."""
