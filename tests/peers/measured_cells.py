"""measured_cells.py DATA [--table] [--plot FILE.svg] - simulated against measured discharges of About:Energy's LFP and NMC cells.

DATA is the folder of shared data: about_energy/*.csv (CC BY-SA 4.0, current negative in discharge) and bpx/*.json.  The error is
that of the voltage at the measured times, up to the first end of the two; beside it the capacity down to the lower limit.
With PyBaMM at hand the same of its DFN on the same file, as the baseline.
"""
import bisect
import csv
import os
import subprocess
import sys
import tempfile

import fade

try:
    os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")
    import pybamm
except ImportError:
    pybamm = None

CELLS = {  # name: file of parameters, lower limit V, nominal Ah
    "LFP": ("lfp_18650_cell_BPX.json", 2.0, 2.0),
    "NMC": ("nmc_pouch_cell_BPX.json", 2.7, 12.5),
}
RATES = {"C/20": "Co20", "C/2": "Co2", "1C": "1C"}
# mV, the RMSE over a whole discharge that must not be passed (C/20, C/2, 1C): what the files are good for, with a tenth of room.
# The LFP file has the knee later than the cell: its last tenth makes most of its error, in PyBaMM too.
MOST = {
    "LFP": {"spm": (11, 118, 160), "spme": (11, 115, 152), "dfn": (11, 112, 146)},
    "NMC": {"spm": (18, 16, 26), "spme": (18, 16, 18), "dfn": (18, 16, 18)},
}
WHOLE, MOSTLY = 1.0, 0.8  # parts of the measured discharge


def measured(data, cell, rate):
    """times, voltages, mean current (discharge positive), Ah down to the last row."""
    with open(os.path.join(data, "about_energy", f"{cell}_25degC_{RATES[rate]}.csv")) as f:
        rows = [tuple(map(float, r)) for r in list(csv.reader(f))[1:] if len(r) >= 3]
    rows = [r for r in rows if r[0] >= 1]
    amps = -sum(r[1] for r in rows) / len(rows)
    return [r[0] for r in rows], [r[2] for r in rows], amps, amps * rows[-1][0] / 3600


def line(times, values, t):
    i = min(max(bisect.bisect(times, t), 1), len(times) - 1)
    part = (t - times[i - 1]) / (times[i] - times[i - 1])
    return values[i - 1] + part * (values[i] - values[i - 1])


def error(times, volts, t, v, part=WHOLE):
    """RMSE in mV over a part of the measured discharge, as far as the simulation reaches, at even steps of time."""
    end = min(part * times[-1], t[-1])
    grid = [end * (k + 0.5) / 500 for k in range(500)]
    apart = [line(t, v, x) - line(times, volts, x) for x in grid if x >= t[0]]
    return 1e3 * (sum(a * a for a in apart) / len(apart)) ** 0.5


def simulate(data, cell, model, amps, seconds, **more):
    file, limit, nominal = CELLS[cell]
    physics = {"plugin": model, "parameters": os.path.join(data, "bpx", file), **more}
    return fade.curve(physics, f"{amps!r} A", round(seconds / 160, 3), limit, nominal=nominal)


def baseline(data, cell, amps, seconds):
    file = os.path.join(data, "bpx", CELLS[cell][0])
    values = pybamm.ParameterValues.create_from_bpx(file)
    values["Current function [A]"] = amps
    sim = pybamm.Simulation(pybamm.lithium_ion.DFN(), parameter_values=values, solver=pybamm.IDAKLUSolver())
    solution = sim.solve([0, 1.3 * seconds], t_interp=[1.3 * seconds * k / 400 for k in range(401)])
    return list(solution["Time [s]"].entries), list(solution["Voltage [V]"].entries)


def draw(to, curves):
    """One column a cell: voltage above, error below, over the charge that went out."""
    with tempfile.TemporaryDirectory() as folder:
        plots = []
        for cell, rates in curves.items():
            top, low = [], []
            for k, (rate, lines) in enumerate(rates.items()):
                for name, (x, y) in lines.items():
                    file = os.path.join(folder, f"{cell}{k}{name}")
                    with open(file, "w") as f:
                        f.writelines(f"{a:.5g} {b:.5g}\n" for a, b in zip(x, y))
                where = os.path.join(folder, f"{cell}{k}")
                top.append(f"'{where}measured' w p pt 7 ps 0.25 lc rgb '#888888' notitle")
                top.append(f"'{where}dfn' w l lw 1.2 lc {k + 1} title '{rate}'")
                low.append(f"'{where}error' w l lw 1.2 lc {k + 1} notitle")
            plots.append((cell, top, low))
        script = [f"set terminal svg size 760,520 font 'sans,11' background '#ffffff'", f"set output '{to}'",
                  "set multiplot layout 2,2 columnsfirst", "set grid lc rgb '#dddddd'", "set key bottom left"]
        for cell, top, low in plots:
            script += [f"set title '{cell}: DFN (lines) and measured (dots)'", "set ylabel 'V'", "unset xlabel", "set yrange [*:*]",
                       "plot " + ", ".join(top), "set title 'simulated minus measured'", "set ylabel 'mV'",
                       "set yrange [-80:80]", "set xlabel 'Ah'", "plot " + ", ".join(low)]
        subprocess.run(["gnuplot"], input="\n".join(script), text=True, check=True)


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith("--") and not a.endswith(".svg")]
    data, table = arguments[0], "--table" in sys.argv
    plot = next((a for a in sys.argv if a.endswith(".svg")), None)
    models = [m for m in ("spm", "spme", "dfn") if fade.has(m)]
    number, curves = 0, {}
    if table:
        title = [m.upper().replace("ME", "Me") for m in models] + ["PyBaMM's DFN"]
        print(f"| cell | rate | {' | '.join(title)} | measured / Ah | DFN / Ah |")
        print("|---" * (len(title) + 4) + "|")
    for cell in CELLS:
        for k, rate in enumerate(RATES):
            times, volts, amps, capacity = measured(data, cell, rate)
            found, shown, ah = {}, {}, float("nan")
            for model in models:
                t, v, end, ah, run = simulate(data, cell, model, amps, times[-1])
                found[model], first = error(times, volts, t, v), error(times, volts, t, v, MOSTLY)
                shown[model] = f"{found[model]:.1f} ({first:.1f})"
                number += 1
                if not table:
                    good = found[model] <= MOST[cell][model][k] and abs(ah / capacity - 1) < 0.05
                    print(f"{'ok' if good else 'not ok'} {number} - {cell} {rate} {model}: {shown[model]} mV RMSE, "
                          f"{ah:.4f} Ah of {capacity:.4f} measured")
            if "dfn" in models:
                grid = [times[-1] * (i + 0.5) / 70 for i in range(70)]
                out = [x * amps / 3600 for x in grid]
                far = [min(x, end) for x in grid]
                curves.setdefault(cell, {})[rate] = {
                    "measured": (out, [line(times, volts, x) for x in grid]),
                    "dfn": ([x * amps / 3600 for x in t], v),
                    "error": (out, [1e3 * (line(t, v, f) - line(times, volts, f)) for f in far]),
                }
            if table:
                theirs = "-"
                if pybamm:
                    curve = baseline(data, cell, amps, times[-1])
                    theirs = f"{error(times, volts, *curve):.1f} ({error(times, volts, *curve, MOSTLY):.1f})"
                print(f"| {cell} | {rate} | " + " | ".join(shown[m] for m in models) + f" | {theirs} | {capacity:.4f} | {ah:.4f} |", flush=True)
    if plot:
        draw(plot, curves)
    if not table:
        print(f"1..{number}")


main()
