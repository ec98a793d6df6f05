"""Runs every CASE.onnx of a folder in onnxruntime and compares with CASE.csv (features, mean, sigma, distance).

Prints TAP lines, numbered behind the second argument.  Tolerance: 1e-6 of the value, or 1e-12 of the column's largest.
"""
import glob
import os
import sys

import numpy as np
import onnxruntime as ort

files = sorted(glob.glob(os.path.join(sys.argv[1], "*.onnx")))
for number, path in enumerate(files, 1 + int(sys.argv[2])):
    rows = np.loadtxt(path[:-5] + ".csv", delimiter=",", ndmin=2)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    got = session.run(["mean", "sigma", "distance"], {"features": rows[:, :-3]})
    worst = 0.0
    for k in range(3):
        want = rows[:, k - 3]
        scale = np.maximum(np.abs(want), 1e-6 * max(np.abs(want).max(), 1e-300))
        off = np.abs(got[k] - want) / scale
        worst = max(worst, float(np.where(np.isfinite(off), off, np.inf).max()))
    name = os.path.basename(path)
    told = session.get_modelmeta().custom_metadata_map
    good = worst <= 1e-6 and "features" in told and len(rows) > 0
    word = "ok" if good else "not ok"
    print(f"{word} {number} - {name} in onnxruntime {ort.__version__}: {len(rows)} rows within {worst:.1e}")
if not files:
    print(f"not ok {1 + int(sys.argv[2])} - there is no model in {sys.argv[1]}")
