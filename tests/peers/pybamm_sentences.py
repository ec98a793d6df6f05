#!/usr/bin/env python3
"""Says what PyBaMM makes of each sentence on stdin, in the words of `fade run --dry-run`; a nominal capacity of 2 Ah."""
import sys

import pybamm

UNITS = {"Current": ("current", "A"), "CRate": ("current", "A"), "Rest": ("current", "A"), "Power": ("power", "W"),
         "Voltage": ("voltage", "V"), "Resistance": ("resistance", "ohm")}


def number(x):
    return f"{float(x):.9g}"


def end(term, step):
    if isinstance(term, pybamm.step.VoltageTermination):
        side = term._get_operator(step)
        return f"voltage {'>=' if side == '>' else '<='} {number(term.value)} V"
    value = term.value * (2 if isinstance(term, pybamm.step.CRateTermination) else 1)
    if term.operator:
        return f"current {term.operator}= {number(value)} A"
    return f"|current| <= {number(value)} A"


for line in sys.stdin:
    step = pybamm.step.string(line.rstrip("\n"))
    what, unit = UNITS[type(step).__name__]
    value = step.value * (2 if isinstance(step, pybamm.step.CRate) else 1)
    said = f"{what} {number(value)} {unit}"
    if " for " in line:
        said += f" for {number(step.duration)} s"
    if step.termination:
        said += " until " + " or ".join(end(t, step) for t in step.termination)
    if step.period:
        said += f", a sample every {number(step.period)} s"
    print(said)
