"""fade.py - runs the command for the comparisons: a scenario from a few words, its rows as lists of numbers."""
import csv
import json
import os
import subprocess
import tempfile
import time

FADE = os.environ.get("FADE", "build/fade")
AMBIENT = "25 degC"


def value(x):
    """As TOML writes it; a dict becomes an inline table."""
    if isinstance(x, bool):
        return "true" if x else "false"
    if isinstance(x, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {value(v)}" for k, v in x.items()) + " }"
    if isinstance(x, (list, tuple)):
        return "[" + ", ".join(value(v) for v in x) + "]"
    return json.dumps(x) if isinstance(x, str) else repr(float(x)) if isinstance(x, float) else str(x)


def scenario(physics, steps, cycles=1, cells=1, nominal=5.0, ambient=AMBIENT, more=""):
    lines = [
        "[run]", f"cycles = {cycles}", "[cell]", f"nominal_capacity = {value(f'{nominal} Ah')}",
        "[source]", 'plugin = "constant"', f"cells = {cells}", "depth = 1", "soc_mean = 0.5",
        f"temperature_mean = {value(ambient)}", f"temperature_ambient = {value(ambient)}", "[[physics]]",
    ]
    lines += [f"{k} = {value(v)}" for k, v in physics.items()]
    lines += ["[protocol]", f"steps = {value(list(steps))}", "[[output]]", 'plugin = "csv"', more]
    return "\n".join(lines) + "\n"


class Run:
    """rows[column] -> list of float; status of the command, what it said, seconds it took."""

    def __init__(self, text, *flags, timeout=300):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "s.toml")
            with open(file, "w") as f:
                f.write(text)
            out = os.path.join(folder, "r")
            began = time.perf_counter()
            done = subprocess.run(
                [FADE, "run", file, "--quiet", "--overwrite", "--out", out, *flags],
                capture_output=True, text=True, timeout=timeout,
            )
            self.seconds = time.perf_counter() - began
            self.status, self.said = done.returncode, (done.stdout + done.stderr).strip()
            self.rows = {}
            path = os.path.join(out, "rows.csv")
            if os.path.exists(path):
                with open(path) as f:
                    table = list(csv.DictReader(f))
                for key in table[0] if table else ():
                    self.rows[key] = [number(r[key]) for r in table]

    def __getitem__(self, name):
        """The column that begins with physics_NAME_ and the unit."""
        for key in self.rows:
            if key == name or key.startswith(f"physics_{name}_") and key.count("_") <= name.count("_") + 3:
                return self.rows[key]
        if not self.rows:
            return [float("nan")]
        raise KeyError(f"no column {name} among {sorted(self.rows)}; the command said: {self.said}")


def number(text):
    try:
        return float(text)
    except ValueError:
        return text


def has(plugin):
    done = subprocess.run([FADE, "plugin", "show", plugin], capture_output=True)
    return done.returncode == 0


def curve(physics, rate, every, limit, nominal=5.0, rows=2000, **more):
    """A discharge: (times, voltages, end, capacity), a row each `every` seconds."""
    step = f"Discharge at {rate} for {every} seconds or until {limit} V"
    run = Run(scenario(physics, [step], rows, nominal=nominal, **more))
    t, times = 0.0, []
    for d in run["cycle_duration"]:
        t += d
        times.append(t)
    return times, run["voltage"], t, sum(run["discharge_capacity"]), run
