"""The sandbox in which learners' code runs: bubblewrap, system calls, limits, a look for leaks."""
