"""How events travel between services: what moto leaves out or does differently from AWS."""
