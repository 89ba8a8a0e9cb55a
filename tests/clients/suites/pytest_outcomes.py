"""A plugin for pytest that prints a line per test: its outcome and its name."""

import os

_outcomes = {}


def pytest_runtest_logreport(report):
    """A test passes if its setup, its call and its teardown pass."""
    before = _outcomes.get(report.nodeid)
    if report.failed:
        _outcomes[report.nodeid] = "fail"
    elif report.skipped and before != "fail":
        _outcomes[report.nodeid] = "skip"
    elif before is None:
        _outcomes[report.nodeid] = "pass"


def pytest_sessionfinish():
    with open(os.environ["OUTCOMES"], "w") as file:
        for name, outcome in _outcomes.items():
            print(outcome, name.encode("unicode_escape").decode(), file=file)
