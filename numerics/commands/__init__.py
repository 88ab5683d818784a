"""The subcommands of `sparse-limits`: each module has `configure(parser)` and `run(arguments) -> int`."""
