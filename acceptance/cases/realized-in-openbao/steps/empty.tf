# The identity is gone from the configuration.
