"""x"""

from sandbox.aws.world import World


def install(world: World) -> None: ...
