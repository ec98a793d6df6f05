"""random_cells.py [FIRST] [COUNT] [PLUGIN..] - random protocols on random cells: a TAP line a plugin, what fails in full.

Whatever is asked, `fade run` ends within a minute by itself with 0 (done), 3 (some cells failed) or 4 (refused, with a sentence);
every cell whose rows stop early is named with a reason; no row holds a voltage, current, temperature, charge or state of
charge that is no number; and the rows are the same bytes whatever the tile and the threads.  Seed N is the same case for ever.
"""
import math
import os
import random
import subprocess
import sys
import tempfile

import fade

CYCLES, CELLS = 3, 5
MUST = ("voltage", "current", "temperature", "soc", "discharge_capacity", "charge_capacity", "cycle_duration", "throughput")

# Per plugin: nominal Ah, limits V, parameters and how far they are thrown (a factor), settings with their choices.
POROUS = {
    "area": (0.1027, 3), "negative.thickness": (85.2e-6, 2), "positive.thickness": (75.6e-6, 2),
    "negative.particle_radius": (5.86e-6, 4), "positive.particle_radius": (5.22e-6, 4),
    "negative.active_fraction": (0.75, 1.3), "positive.active_fraction": (0.665, 1.3),
    "negative.diffusivity": (3.3e-14, 20), "positive.diffusivity": (4e-15, 20),
    "negative.reaction_rate": (6.48e-7, 100), "positive.reaction_rate": (3.42e-6, 100),
    "negative.conductivity": (215.0, 1000), "positive.conductivity": (0.18, 30),
    "negative.transport_efficiency": (0.125, 4), "separator.transport_efficiency": (0.32, 3),
    "electrolyte.concentration": (1000.0, 2), "contact_resistance": (0.01, 10), "cooling": (0.0531, 100),
    "heat_capacity": (42.8, 10), "initial_soc": (0.7, 1.4),
}
POROUS_CHOICE = {
    "thermal": ["isothermal", "lumped"],
    "sei.model": ["none", "reaction", "solvent-diffusion", "electron-migration", "interstitial", "tunnelling", "ec-reaction",
                  "von-kolzenberg", "slide1", "slide2"],
    "plating.model": ["none", "irreversible", "reversible", "partially-reversible"],
    "cracks.model": ["none", "paris"],
    "lam.models": [[], ["stress"], ["reaction"], ["stress", "delacourt"], ["kindermann"]],
    "porosity_change": [False, True],
}
CIRCUIT = {"r0": (0.03, 30), "r1": (0.02, 30), "initial_soc": (0.7, 1.4), "capacity": (2.0, 5)}
PLUGINS = {
    "thevenin": (2.0, 3.0, 4.2, {k: CIRCUIT[k] for k in ("r0", "r1", "initial_soc")}, {}),
    "ecm": (2.0, 3.0, 4.2, CIRCUIT, {}),
    "spm": (5.0, 2.5, 4.2, POROUS, POROUS_CHOICE),
    "spme": (5.0, 2.5, 4.2, POROUS, POROUS_CHOICE),
    "dfn": (5.0, 2.5, 4.2, POROUS, {"thermal": POROUS_CHOICE["thermal"]}),
}


def known(plugin):
    """The keys that the plugin has, as `fade plugin show` lists them."""
    said = subprocess.run([fade.FADE, "plugin", "show", plugin], capture_output=True, text=True)
    return {line.split()[0] for line in said.stdout.splitlines() if line.startswith("  ") and line[2:3].isalpha()}


def sentence(r, low, high):
    """One step; some are foolish on purpose."""
    rate = r.choice([f"{r.uniform(0.02, 1):.3f}C", f"{r.uniform(1, 6):.2f}C", f"{r.uniform(0.01, 20):.3f} A", f"{r.uniform(0.1, 60):.2f} W"])
    volt = r.uniform(low - 0.3, high + 0.2)
    hold = f"Hold at {r.uniform(low - 0.2, high + 0.2):.3f} V"
    seconds = f"for {10 ** r.uniform(-1, 4.3):.2f} seconds"
    return r.choice([
        f"Discharge at {rate} until {low:.3f} V", f"Charge at {rate} until {high:.3f} V",
        f"Discharge at {rate} until {volt:.3f} V", f"Charge at {rate} until {volt:.3f} V",
        f"Discharge at {rate} {seconds} or until {volt:.3f} V", f"Charge at {rate} {seconds} or until {volt:.3f} V",
        f"Discharge at {rate} {seconds}", f"Charge at {rate} {seconds}",
        f"Rest {seconds}", f"{hold} {seconds}", f"{hold} until C/{r.randint(5, 100)}", f"{hold} until {r.uniform(1, 500):.1f} mA",
        f"Discharge at {10 ** r.uniform(-2, 3):.3f} Ohm {seconds}", f"Discharge at {rate} until {10 ** r.uniform(-3, 1):.4f} Ah",
    ])


def case(plugin, seed, keys):
    r = random.Random(f"{plugin} {seed}")
    nominal, low, high, numbers, choices = PLUGINS[plugin]
    physics = {"plugin": plugin}
    wild = r.choice([0.1, 0.5, 1.0])
    for key, (middle, factor) in numbers.items():
        if key in keys and r.random() < 0.5:
            x = middle * factor ** (wild * r.uniform(-1, 1))
            x = min(x, 1.0) if key.endswith(("soc", "fraction", "efficiency")) else x
            physics[key] = {"mean": x, "sd": 0.02 * x} if r.random() < 0.3 and x < 0.9 else x
    for key, options in choices.items():
        if key in keys and r.random() < 0.4:
            physics[key] = r.choice(options)
    steps = [sentence(r, low, high) for _ in range(r.randint(1, 5))]
    ambient = f"{r.choice([25, 25, r.uniform(-20, 60)]):.2f} degC"
    return fade.scenario(physics, steps, CYCLES, CELLS, nominal, ambient)


def run(text, *flags):
    """exit status, what was said, rows as text."""
    with tempfile.TemporaryDirectory() as folder:
        file, out = os.path.join(folder, "s.toml"), os.path.join(folder, "r")
        with open(file, "w") as f:
            f.write(text)
        try:
            done = subprocess.run([fade.FADE, "run", file, "--quiet", "--out", out, *flags],
                                  capture_output=True, text=True, timeout=60)
        except subprocess.TimeoutExpired:
            return "hang", "", ""
        rows = os.path.join(out, "rows.csv")
        return done.returncode, done.stdout + done.stderr, open(rows).read() if os.path.exists(rows) else ""


def complaint(text, ends):
    """What is wrong with the answer to a scenario; None: nothing.  Its exit status is counted in `ends`."""
    status, said, rows = run(text, "--threads", "1", "--set", "run.tile=8")
    ends[status] = ends.get(status, 0) + 1
    if status not in (0, 3, 4):
        return f"ended with {status}", said
    if status in (3, 4) and "error:" not in said and "toml:" not in said:
        return "no reason", said
    lines = rows.splitlines()
    names = lines[0].split(",") if lines else []
    must = [i for i, n in enumerate(names) if n.startswith("physics_") and any(n.startswith(f"physics_{m}_") for m in MUST)]
    count = {}
    for line in lines[1:]:
        cells = line.split(",")
        count[cells[0]] = count.get(cells[0], 0) + 1
        for i in must:
            if not cells[i] or not math.isfinite(float(cells[i])):
                return f"{names[i]} is '{cells[i]}' in {cells[0]}, cycle {cells[1]}", said
    short = [f"cell-{k + 1}" for k in range(CELLS) if count.get(f"cell-{k + 1}", 0) < CYCLES] if status != 4 else []
    if short and status == 0:
        return f"{short} ended early without a status", said
    status2, said2, rows2 = run(text, "--threads", "2", "--set", "run.tile=16")
    if sorted(rows2.splitlines()) != sorted(lines):
        return "other rows with another tile and two threads", said + said2
    return None


def main():
    numbers = [int(a) for a in sys.argv[1:] if a.isdigit()]
    first, many = numbers[0] if numbers else 1, numbers[1] if len(numbers) > 1 else 30
    wanted = [a for a in sys.argv[1:] if not a.isdigit()] or list(PLUGINS)
    for n, plugin in enumerate(wanted, 1):
        if not fade.has(plugin):
            print(f"ok {n} - {plugin} # SKIP there is no plugin {plugin}")
            continue
        keys, bad, ends = known(plugin), 0, {}
        for seed in range(first, first + many):
            text = case(plugin, seed, keys)
            wrong = complaint(text, ends)
            if wrong:
                bad += 1
                print(f"# {plugin}, seed {seed}: {wrong[0]}")
                print("#   " + "\n#   ".join((wrong[1] + text).splitlines()), flush=True)
        good = bad == 0 and 2 * ends.get(4, 0) <= many
        print(f"{'ok' if good else 'not ok'} {n} - {plugin}: {many} random cells and protocols from seed {first}: "
              f"{ends.get(0, 0)} done, {ends.get(3, 0)} with cells that ended, {ends.get(4, 0)} refused", flush=True)
    print(f"1..{len(wanted)}")


if __name__ == "__main__":
    main()
