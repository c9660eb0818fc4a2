"""The race of lesson 6 behind the same sliders, made in four ways, and how soon each answers."""
