"""Slides: a deck for each lesson, cut from its page by the ids of its cells.

A page has what a slide needs, proven already: formulas that are written, pictures with their words,
the places to which the page's script gives life. `cutting` takes a page apart, `shortening` makes
what is long fit, `choosing` says what is worth a slide, `speaking` what the speaker is told, and
`writing` puts the deck together. Nothing is set for a single lesson.
"""
