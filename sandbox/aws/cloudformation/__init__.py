"""CloudFormation, where moto's does not do what AWS's does: the SAM transform, missing types, conditions, strictness."""
