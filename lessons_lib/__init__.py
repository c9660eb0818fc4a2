"""The library of the lessons: what they built by hand, figures that move, and the checks.

A module imports only those above it.

===========  ===========================================================================
arguments    what is said about an argument that is out of range, and the type of arrays
progress     the file that keeps what a learner has done
feedback     the exercises' checks, which name a mistake, and the bank of known ones
predictions  the lessons' questions, with a button for each choice
problems     what is minimised: value, gradient, Hessian, minimum
theory       what can be known before running, each formula with its source
optimizers   the update rules, and the loop that runs them
figures      drawings, and the words that describe them
overview     where a learner stands, and where to go on
adaptive     the update rules with a step size for each direction
live         a figure of which some artists follow sliders
explorers    one function for each explorer of the lessons
===========  ===========================================================================
"""
