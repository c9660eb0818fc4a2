"""Lesson 6 as a page, made in three ways: what it weighs, and how soon its explorer answers."""
