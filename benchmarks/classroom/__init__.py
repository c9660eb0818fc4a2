"""A room full of people on this machine: its server, thirty simulated learners, two browsers."""
