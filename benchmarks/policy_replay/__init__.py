"""Rules of promotion on growing projects: `python -m benchmarks.policy_replay`.

`sequence` has the trainings of a growing project, `cell` what each of them predicted, `running`
makes those that are missing, each in its `process`. `rules` are the rules compared, `replay`
applies them to the kept predictions and `simulation` to simulated projects, with an `outcome` for
each rule; `table` shows both.
"""
