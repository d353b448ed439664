from pyinfra import host
from pyinfra.facts.server import Which

host.get_fact(Which, command='htop')
