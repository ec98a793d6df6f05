# compare.py - what fade reads of a BPX file against what the reference parser `bpx` (PyPI) reads.
#   compare.py FILE.json SHOWN.json    SHOWN: fade params show FILE.json --json
# Numbers must agree to 1e-12, functions at 40 points each; ends with a sentence and status 1 at the first that does not.
import json
import math
import sys
import warnings

warnings.simplefilter("ignore")
import bpx

F = 96485.33212
parsed = bpx.parse_bpx_file(sys.argv[1])
shown = {entry["key"]: entry["value"] for entry in json.load(open(sys.argv[2]))}
names = {"exp": math.exp, "tanh": math.tanh, "cosh": math.cosh, "log": math.log, "sqrt": math.sqrt, "max": max, "min": min}
p = parsed.parameterisation
count = 0


def near(what, ours, theirs):
    global count
    count += 1
    if ours is None or not abs(ours - theirs) <= 1e-12 * max(abs(theirs), 1e-300) + 1e-15 * abs(theirs):
        sys.exit(f"{what}: fade has {ours}, bpx {theirs}")


def formula(text, x):
    return eval(text.replace("^", "**"), {"__builtins__": {}}, {**names, "x": x})


def line(x, xs, ys):
    points = sorted(zip(xs, ys))
    k = max(0, min(len(points) - 2, sum(a <= x for a, _ in points) - 1))
    (x0, y0), (x1, y1) = points[k], points[k + 1]
    return y0 + (y1 - y0) / (x1 - x0) * (x - x0)


def theirs_at(value, x):
    if isinstance(value, bpx.InterpolatedTable):
        return line(x, value.x, value.y)
    return value.to_python_function()(x) if isinstance(value, bpx.Function) else value


def function(key, value, points):
    global count
    table = shown.get(key + "_table")
    fast = value.to_python_function() if isinstance(value, bpx.Function) else lambda x: theirs_at(value, x)
    scale = max(abs(fast(x)) for x in points)
    for x in points:
        ours = line(x, table["x"], table["y"]) if table else formula(shown[key], x)
        count += 1
        if not abs(ours - fast(x)) <= 1e-11 * scale:
            sys.exit(f"{key} at {x}: fade has {ours}, bpx {fast(x)}")


cell, state = p.cell, parsed.state
near("area", shown["area"], cell.electrode_area)
near("pairs", shown["electrode_pairs"], cell.number_of_electrodes)
near("capacity", shown["nominal_capacity"], cell.nominal_cell_capacity)
near("lowest", shown["voltage_min"], cell.lower_voltage_cutoff)
near("highest", shown["voltage_max"], cell.upper_voltage_cutoff)
if None not in (cell.density, cell.volume, cell.specific_heat_capacity):
    near("heat capacity", shown["heat_capacity"], cell.density * cell.volume * cell.specific_heat_capacity)
first = state.initial_conditions if state else None
c_e0 = (first.initial_electrolyte_concentration if first else None) or 1000
near("salt", shown["electrolyte.concentration"], c_e0)
ratios = [0.01 + 0.98 * k / 39 for k in range(40)]
for side, e in (("negative", p.negative_electrode), ("positive", p.positive_electrode)):
    full, empty = (e.maximum_stoichiometry, e.minimum_stoichiometry)
    if side == "positive":
        full, empty = empty, full
    for key, value in (
        ("thickness", e.thickness), ("particle_radius", e.particle_radius), ("surface_area", e.surface_area_per_unit_volume),
        ("concentration_max", e.maximum_concentration), ("stoichiometry_full", full), ("stoichiometry_empty", empty),
        ("diffusivity_activation", e.diffusivity_activation_energy),
        ("reaction_activation", e.reaction_rate_constant_activation_energy),
        ("reaction_rate", F * e.reaction_rate_constant / (e.maximum_concentration * math.sqrt(c_e0))),
        ("active_fraction", e.surface_area_per_unit_volume * e.particle_radius / 3),
        ("porosity", getattr(e, "porosity", None)), ("conductivity", getattr(e, "conductivity", None)),
        ("transport_efficiency", getattr(e, "transport_efficiency", None)),
    ):
        if value is not None:
            near(f"{side}.{key}", shown.get(f"{side}.{key}"), value)
    function(f"{side}.ocp", e.ocp, ratios)
    if e.dudt is not None:
        function(f"{side}.entropic", e.dudt, ratios)
    if isinstance(e.diffusivity, (int, float)):
        near(f"{side}.diffusivity", shown[f"{side}.diffusivity"], e.diffusivity)
    else:
        function(f"{side}.diffusivity_function", e.diffusivity, ratios)
        near(f"{side}.diffusivity", shown[f"{side}.diffusivity"], 1)
if hasattr(p, "electrolyte"):
    salts = [20 + 3000 * k / 39 for k in range(40)]
    function("electrolyte.diffusivity", p.electrolyte.diffusivity, salts)
    function("electrolyte.conductivity", p.electrolyte.conductivity, salts)
    near("transference", shown["electrolyte.transference"], p.electrolyte.cation_transference_number)
    for key in ("thickness", "porosity", "transport_efficiency"):
        near(f"separator.{key}", shown[f"separator.{key}"], getattr(p.separator, key))
print(f"{count} values agree")
