"""The command line: argparse verbs, and the one place where everything is wired. A verb's imports are its own."""
