"""What notebooks and their companions may and may not do.

Every module here has `problems(path: Path) -> list[str]`, which gives a sentence for each problem:
where it is, what was found there, and what to write instead. What the path is:

| Module | Path |
|---|---|
| `hygiene` | a lesson or a solution |
| `lesson_form`, `minutes` | a lesson |
| `formula_sheet` | the sheet |
| `twice` | the folder of the notebooks, since two sheets are held against each other |
| `terms`, `imports` | the folder of the notebooks, since the order of the lessons counts |
| `instructors` | the folder of the guide, since its pages are held against each other |

A rule is a function below `@RULES.add`, and a new one needs nothing else but an example that it
refuses, in the test of the same name. Of the course's tools the rules know only the notebooks'
reader and the names of the verbs; they start no kernel.
"""
