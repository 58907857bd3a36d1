"""CloudFormation where moto's differs from AWS's: SAM, missing types, conditions, updates, strictness."""
