"""pybamm_reference.py CASE.. - what PyBaMM answers, one JSON object on stdout.

Cases: discharge (SPM, SPMe, DFN of Chen2020 at C/5, 1C, 2C), cccv, ageing (50 cycles with SEI), thermal, rates, or all.
--quick takes PyBaMM's default mesh, --light one between.  Runs without fade; compare_pybamm.py sets the same numbers beside fade's.
"""
import json
import os
import sys
import time

os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")
import numpy as np
import pybamm

pybamm.set_logging_level("ERROR")

ROUND = (10, 60, 300, 600, 1200, 1800, 2400, 3000)
CURRENT = {"C/5": 1.0, "1C": 5.0, "2C": 10.0}
MODEL = {"spm": pybamm.lithium_ion.SPM, "spme": pybamm.lithium_ion.SPMe, "dfn": pybamm.lithium_ion.DFN}
FINE = {"spm": (20, 200), "spme": (60, 200), "dfn": (60, 100)}
CCCV = (
    "Discharge at 1C until 2.5 V",
    "Rest for 10 minutes",
    "Charge at C/2 until 4.2 V",
    "Hold at 4.2 V until C/20",
)
LIGHT = {"spm": (20, 100), "spme": (40, 100), "dfn": (40, 50)}
quick, light = "--quick" in sys.argv, "--light" in sys.argv


def points(name, mesh=None):
    x, r = mesh or ((20, 20) if quick else (LIGHT if light else FINE)[name])
    return {"x_n": x, "x_s": max(20, x // 2), "x_p": x, "r_n": r, "r_p": r}


def solver():
    tight = 1e-6 if quick else 1e-8
    return pybamm.IDAKLUSolver(rtol=tight, atol=tight)


def simulation(name, values, options=None, mesh=None, **more):
    return pybamm.Simulation(
        MODEL[name](options or {}), parameter_values=values, var_pts=points(name, mesh), solver=solver(), **more
    )


def summary(solution, times):
    """V at the round times that were reached, the end and what went out."""
    t = solution["Time [s]"].entries
    volt = solution["Voltage [V]"]
    return {
        "time": [float(x) for x in times if x <= t[-1]],
        "voltage": [float(volt(x)) for x in times if x <= t[-1]],
        "end": float(t[-1]),
        "capacity": float(solution["Discharge capacity [A.h]"].entries[-1]),
    }


def discharge(thermal="isothermal"):
    """{model: {rate: summary}}; with the default mesh beside the fine one, as a measure of what the mesh leaves."""
    answer = {}
    for name in MODEL:
        for rate, current in CURRENT.items():
            values = pybamm.ParameterValues("Chen2020")
            values["Current function [A]"] = current
            hours = 5.0 / current
            times = [x * hours if x > 60 else x for x in ROUND] if rate != "1C" else ROUND
            began = time.perf_counter()
            solution = simulation(name, values, {"thermal": thermal}).solve([0, 3600 * hours * 1.15])
            made = summary(solution, times)
            made["seconds"] = time.perf_counter() - began
            if thermal == "lumped":
                made["temperature"] = float(solution["Cell temperature [K]"].entries.mean(axis=0)[-1])
            answer.setdefault(name, {})[rate] = made
    return answer


def steps(solution):
    """Per step of each cycle: when it ended, voltage and current there, and the charge that went through."""
    rows = []
    for c in solution.cycles:
        for s in c.steps:
            t, q = s["Time [s]"].entries, s["Discharge capacity [A.h]"].entries
            rows.append(
                {
                    "seconds": float(t[-1] - t[0]),
                    "voltage": float(s["Voltage [V]"].entries[-1]),
                    "current": float(s["Current [A]"].entries[-1]),
                    "charge": float(q[-1] - q[0]),
                }
            )
    return rows


def cccv():
    answer = {}
    for name in MODEL:
        began = time.perf_counter()
        sim = simulation(
            name, pybamm.ParameterValues("Chen2020"), experiment=pybamm.Experiment([CCCV], period="10 seconds")
        )
        solution = sim.solve()
        times = [t for t in (60, 600, 1800, 3000, 3800, 4100, 4500, 6000, 9000, 11000, 13000)]
        answer[name] = summary(solution, times)
        answer[name].update(steps=steps(solution), seconds=time.perf_counter() - began)
    return answer


AGEING = {
    "chen2020 solvent-diffusion": ("Chen2020", {"SEI": "solvent-diffusion limited"}),
    "chen2020 ec-reaction": ("Chen2020", {"SEI": "ec reaction limited"}),
    "okane2022 solvent-diffusion": ("OKane2022", {"SEI": "solvent-diffusion limited"}),
    "okane2022 ec-reaction": ("OKane2022", {"SEI": "ec reaction limited"}),
    "okane2022 reaction": ("OKane2022", {"SEI": "reaction limited"}),
    "okane2022 electron-migration": ("OKane2022", {"SEI": "electron-migration limited"}),
    "okane2022 interstitial": ("OKane2022", {"SEI": "interstitial-diffusion limited"}),
    "okane2022 plating irreversible": ("OKane2022", {"lithium plating": "irreversible"}),
    "okane2022 plating partially": ("OKane2022", {"lithium plating": "partially reversible"}),
}


def ageing(cycles=50, only=None):
    """{case: what each cycle gave}, SPM: discharge capacity, lithium lost, thickness."""
    answer = {}
    for case, (family, options) in AGEING.items():
        if only and case not in only:
            continue
        values = pybamm.ParameterValues(family)
        began = time.perf_counter()
        sim = simulation(
            "spm", values, options, (20, 20 if quick else 60),
            experiment=pybamm.Experiment([CCCV] * cycles, period="1 minute"),
        )
        try:
            solution = sim.solve()
        except Exception as problem:  # a case PyBaMM itself refuses is told, not hidden
            answer[case] = {"refused": str(problem)[:300]}
            continue
        out, lost, sei = [], [], []
        for c in solution.cycles:
            if c is None:
                continue
            q = c.steps[0]["Discharge capacity [A.h]"].entries
            out.append(float(q[-1] - q[0]))
            lost.append(float(c["Total lithium lost [mol]"].entries[-1]))
            sei.append(float(c["X-averaged negative SEI thickness [m]"].entries[-1])) if "SEI" in options else None
        answer[case] = {
            "discharge_capacity": out,
            "lithium_lost_mol": lost,
            "sei_thickness": sei,
            "health": [float(x) for x in solution.summary_variables["Capacity [A.h]"]],
            "end": float(solution["Time [s]"].entries[-1]),
            "seconds": time.perf_counter() - began,
        }
    return answer


def health():
    """Electrode state of health of the sets: x0, x100, y100, y0."""
    return {
        family: [float(x) for x in pybamm.lithium_ion.get_min_max_stoichiometries(pybamm.ParameterValues(family))]
        for family in ("Chen2020", "OKane2022")
    }


CASES = {
    "discharge": discharge,
    "thermal": lambda: discharge("lumped"),
    "cccv": cccv,
    "ageing": ageing,
    "health": health,
}


def main():
    wanted = [a for a in sys.argv[1:] if not a.startswith("--")] or ["discharge"]
    wanted = list(CASES) if wanted == ["all"] else wanted
    answer = {"pybamm": pybamm.__version__, "python": sys.version.split()[0], "numpy": np.__version__, "quick": quick}
    for case in wanted:
        answer[case] = CASES[case]()
    json.dump(answer, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
