"""speed.py - CPU time of the same work by PyBaMM and by fade, medians, on one core: the table of docs/against-pybamm.md.

PyBaMM with its default mesh and IDAKLU: the first solve builds the model, later ones only solve.  fade: the whole command from
start to end, and what a cell more costs when a thousand of them (each a little different) run together.
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.argv = [sys.argv[0], "--quick"]
import fade
import pybamm
import pybamm_reference as peer

SET = {"parameters": "lg-m50-chen2020"}
DISCHARGE = ("Discharge at 1C until 2.5 V",)


def cpu(text):
    """CPU seconds of a run, all of it, on one thread."""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "s.toml")
        with open(file, "w") as f:
            f.write(text)
        child = subprocess.Popen([fade.FADE, "run", file, "--quiet", "--threads", "1", "--out", os.path.join(folder, "r")])
        _, status, used = os.wait4(child.pid, 0)
        assert status == 0, f"{text}\nended with {status}"
        return used.ru_utime + used.ru_stime


def median(work, times):
    return statistics.median(work() for _ in range(times))


def theirs(name, options, cycles):
    """CPU seconds of the first solve, and of a later one."""

    def once():
        began = time.process_time()
        values = pybamm.ParameterValues("Chen2020")
        more = {"experiment": pybamm.Experiment([peer.CCCV] * cycles)} if cycles else {}
        sim = pybamm.Simulation(peer.MODEL[name](options), parameter_values=values, solver=pybamm.IDAKLUSolver(), **more)
        span = {} if cycles else {"t_eval": [0, 4000]}
        sim.solve(**span)
        first = time.process_time() - began
        began = time.process_time()
        sim.solve(**span)
        return first, time.process_time() - began

    runs = [once() for _ in range(3 if cycles else 5)]
    return [statistics.median(r[k] for r in runs) for k in (0, 1)]


def ours(name, options, steps, cycles):
    """CPU seconds of the command with one cell, and of each cell more."""
    physics = {"plugin": name, **SET, **options}
    one = median(lambda: cpu(fade.scenario(physics, steps, cycles)), 5)
    many = 80 if cycles > 1 or name == "dfn" else 800
    physics["negative.active_fraction"] = {"mean": 0.75, "sd": 0.005}
    crowd = median(lambda: cpu(fade.scenario(physics, steps, cycles, cells=many + 8)), 3)
    few = median(lambda: cpu(fade.scenario(physics, steps, cycles, cells=8)), 3)
    return one, (crowd - few) / many


def main():
    def show(x):
        return f"{x:.2f} s" if x >= 1 else f"{1e3 * x:.1f} ms" if x >= 1e-2 else f"{1e3 * x:.3f} ms"

    print("| work | PyBaMM, first solve | again | fade, whole command | a cell more, among many | PyBaMM again / a cell more |\n" + "|---" * 6 + "|")
    jobs = [(f"{n}, 1C discharge", n, {}, {}, DISCHARGE, 0) for n in ("spm", "spme", "dfn")]
    jobs.append(("spm, 50 CC-CV cycles with SEI", "spm", {"SEI": "solvent-diffusion limited"}, {"sei.model": "solvent-diffusion"}, peer.CCCV, 50))
    for what, name, their_options, our_options, steps, cycles in jobs:
        if not fade.has(name):
            continue
        first, again = theirs(name, their_options, cycles)
        one, more = ours(name, our_options, steps, max(cycles, 1))
        print(f"| {what} | {show(first)} | {show(again)} | {show(one)} | {show(more)} | {again / more:.0f} |", flush=True)


main()
