"""compare_pybamm.py [--table] [--light] [PART..] - fade and PyBaMM side by side: TAP lines, or with --table the tables of docs/against-pybamm.md.
--light: a coarser mesh (0.4 mV), for a test.  Parts: discharges, cycle, warm (lumped thermal), ageing.

Both start from the same state (LG M50 of Chen 2020 as PyBaMM ships it, 298.15 K); PyBaMM's mesh is fine enough that its
own error is under a tenth of what is allowed.
"""
import sys

flags = sys.argv[1:]
sys.argv = [sys.argv[0], "--light" if "--light" in flags else "--fine"]
import fade
import pybamm_reference as peer

MOST = 2e-3  # V, after the first minute
SET = {
    "Chen2020": {"parameters": "lg-m50-chen2020", "negative.initial_stoichiometry": 29866 / 33133,
                 "positive.initial_stoichiometry": 17038 / 63104},
    "OKane2022": {"parameters": "lg-m50-okane2022", "negative.initial_stoichiometry": 29866 / 33133,
                  "positive.initial_stoichiometry": 17038 / 63104},
}
table = "--table" in flags
number = 0


def say(good, what, why=""):
    global number
    number += 1
    if not table:
        print(f"{'ok' if good else 'not ok'} {number} - {what}")
        if not good and why:
            print(f"# {why}")
        sys.stdout.flush()


def skip(what, why):
    global number
    number += 1
    if not table:
        print(f"ok {number} - {what} # SKIP {why}")


def heading(*cells):
    if table:
        print("\n| " + " | ".join(cells) + " |\n|" + "---|" * len(cells))


def line(*cells):
    if table:
        print("| " + " | ".join(str(c) for c in cells) + " |")
        sys.stdout.flush()


def physics(plugin, family="Chen2020", **more):
    return {"plugin": plugin, **SET[family], **more}


def at(times, values, t):
    """By the row that ends at t."""
    best = min(range(len(times)), key=lambda i: abs(times[i] - t))
    return values[best] if abs(times[best] - t) < 1e-3 else None


def discharges(plugins):
    reference = peer.discharge()
    heading("model", "rate", "largest difference of voltage after 1 min / mV", "end, PyBaMM / s", "end, fade / s",
            "capacity, PyBaMM / Ah", "capacity, fade / Ah")
    for name in plugins:
        for rate, theirs in reference[name].items():
            every = {"C/5": 60, "1C": 60, "2C": 30}[rate]
            times, volts, end, capacity, run = fade.curve(physics(name), rate, every, 2.5)
            apart = [abs(at(times, volts, t) - v) if at(times, volts, t) is not None else 9
                     for t, v in zip(theirs["time"], theirs["voltage"]) if t >= 60]
            most = max(apart)
            line(name, rate, f"{1e3 * most:.2f}", f"{theirs['end']:.1f}", f"{end:.1f}",
                 f"{theirs['capacity']:.4f}", f"{capacity:.4f}")
            say(most <= MOST and abs(end - theirs["end"]) <= 2,
                f"{name} {rate}: within {1e3 * most:.2f} mV, ends at {end:.1f} s, PyBaMM at {theirs['end']:.1f} s", run.said)


def cycle(plugins):
    reference = peer.cccv()
    heading("model", "discharged, PyBaMM / Ah", "fade / Ah", "charged, PyBaMM / Ah", "fade / Ah",
            "cycle takes, PyBaMM / s", "fade / s")
    for name in plugins:
        theirs = reference[name]["steps"]
        run = fade.Run(fade.scenario(physics(name), peer.CCCV))
        out, into = theirs[0]["charge"], -theirs[2]["charge"] - theirs[3]["charge"]
        seconds = sum(s["seconds"] for s in theirs)
        ours = run["discharge_capacity"][0], run["charge_capacity"][0], run["cycle_duration"][0]
        line(name, f"{out:.4f}", f"{ours[0]:.4f}", f"{into:.4f}", f"{ours[1]:.4f}", f"{seconds:.0f}", f"{ours[2]:.0f}")
        say(abs(ours[0] / out - 1) < 1e-3 and abs(ours[1] / into - 1) < 1e-3 and abs(ours[2] - seconds) < 10,
            f"{name}: a CC-CV cycle gives and takes the same charge in the same time",
            f"out {out} {ours[0]}, in {into} {ours[1]}, seconds {seconds} {ours[2]}")
        voltages(name, reference[name])


def voltages(name, theirs):
    """Along the cycle: the same steps cut into pieces of the times that PyBaMM was asked for."""
    most, parts, t = 0.0, [], 0.0
    ends = [s["seconds"] for s in theirs["steps"]]
    ends = [sum(ends[: i + 1]) for i in range(4)]
    for want, volt in zip(theirs["time"], theirs["voltage"]):
        index = next(i for i, e in enumerate(ends) if want <= e)
        inside = want - (ends[index - 1] if index else 0)
        parts.append((index, inside, volt))
    for index, inside, volt in parts:
        if index == 3:
            continue
        sentence = peer.CCCV[index].split(" for ")[0].split(" until ")[0]
        cut = [*peer.CCCV[:index], f"{sentence} for {inside!r} seconds"]
        run = fade.Run(fade.scenario(physics(name), cut))
        most = max(most, abs(run["voltage"][-1] - volt))
    say(most <= MOST, f"{name}: along the CC-CV cycle the voltage is within {1e3 * most:.2f} mV")


def warm(plugins):
    """Lumped thermal: the cell warms itself, its numbers change with temperature."""
    reference = peer.discharge("lumped")
    heading("model, lumped thermal", "rate", "end, PyBaMM / s", "end, fade / s", "temperature at the end, PyBaMM / K", "fade / K")
    for name in plugins:
        for rate in ("1C", "2C"):
            theirs = reference[name][rate]
            run = fade.Run(fade.scenario(physics(name, thermal="lumped"), [f"Discharge at {rate} until 2.5 V"]))
            end, kelvin = run["cycle_duration"][0], run["temperature"][0] + 273.15
            line(name, rate, f"{theirs['end']:.1f}", f"{end:.1f}", f"{theirs['temperature']:.2f}", f"{kelvin:.2f}")
            say(abs(end - theirs["end"]) < 2 and abs(kelvin - theirs["temperature"]) < 0.2,
                f"{name} {rate}, lumped: ends at {end:.1f} s and {kelvin:.2f} K, PyBaMM at {theirs['end']:.1f} s and "
                f"{theirs['temperature']:.2f} K", run.said)


AGEING = {
    "chen2020 solvent-diffusion": ("Chen2020", {"sei.model": "solvent-diffusion"}),
    "chen2020 ec-reaction": ("Chen2020", {"sei.model": "ec-reaction"}),
    "okane2022 reaction": ("OKane2022", {"sei.model": "reaction"}),
    "okane2022 electron-migration": ("OKane2022", {"sei.model": "electron-migration"}),
    "okane2022 plating partially": ("OKane2022", {"plating.model": "partially-reversible"}),
}


def ageing(plugins):
    reference = peer.ageing(only=AGEING)
    heading("set and mechanism", "capacity at cycle 50, PyBaMM / Ah", "fade / Ah",
            "largest difference over 50 cycles / %", "lithium lost, PyBaMM / Ah", "fade / Ah")
    for case, (family, options) in AGEING.items():
        theirs = reference[case]
        if "refused" in theirs:
            skip(case, "PyBaMM refused it: " + theirs["refused"][:80])
            continue
        run = fade.Run(fade.scenario(physics("spm", family, **options), peer.CCCV, 50))
        ours, want = run["discharge_capacity"], theirs["discharge_capacity"]
        most = max((abs(a / b - 1) for a, b in zip(ours, want)), default=1) if len(ours) == 50 else 1
        lost = theirs["lithium_lost_mol"][-1] * 96485.33212 / 3600
        mine = next((run[k][-1] for k in ("lithium_lost_sei",) if options.get("sei.model")), float("nan"))
        line(case, f"{want[-1]:.4f}", f"{ours[-1]:.4f}" if ours else "", f"{100 * most:.3f}", f"{lost:.5f}", f"{mine:.5f}")
        say(most < 1e-3, f"{case}: 50 cycles within {100 * most:.3f} % of capacity", run.said)


PARTS = {"discharges": discharges, "cycle": cycle, "warm": warm, "ageing": ageing}


def main():
    plugins = [p for p in ("spm", "spme", "dfn") if fade.has(p)]
    for p in ("spm", "spme", "dfn"):
        if p not in plugins:
            skip(p, f"there is no plugin {p}")
    wanted = [f for f in flags if not f.startswith("--")] or ["discharges", "cycle", "warm", "ageing"]
    for part in wanted:
        if part == "ageing" and "spm" not in plugins:
            continue
        PARTS[part](plugins)
    if not table:
        print(f"1..{number}")


main()
