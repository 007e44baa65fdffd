# The split and its identity are gone from the configuration.
