/* report.js - draws the charts of a fade report from the JSON beside them: lines by uPlot, everything else as SVG. */
(function () {
    "use strict";
    const root = document.documentElement;
    const live = [];                                    /* what is drawn: called again when theme or width changes */
    const SVG = "http://www.w3.org/2000/svg";

    /* ---- small things ---- */
    const css = name => getComputedStyle(root).getPropertyValue(name).trim();
    const ink = c => css(c < 0 ? "--ink" : "--c" + c % 8);
    function make(tag, attrs, parent, words) {
        const e = document.createElement(tag);
        for (const k in attrs) e.setAttribute(k, attrs[k]);
        if (words !== undefined) e.textContent = words;
        if (parent) parent.appendChild(e);
        return e;
    }
    function draw(tag, attrs, parent, words) {
        const e = document.createElementNS(SVG, tag);
        for (const k in attrs) e.setAttribute(k, attrs[k]);
        if (words !== undefined) e.textContent = words;
        if (parent) parent.appendChild(e);
        return e;
    }
    function alpha(hex, a) {
        const n = parseInt(hex.slice(1), 16);
        return "rgba(" + (n >> 16) + "," + (n >> 8 & 255) + "," + (n & 255) + "," + a + ")";
    }
    function short(v) {
        if (v === null || v === undefined || !isFinite(v)) return "–";
        const a = Math.abs(v);
        if (a !== 0 && (a >= 1e6 || a < 1e-4)) return v.toExponential(2).replace(/\.?0+e/, "e").replace("e+", "e");
        return String(+v.toPrecision(4));
    }
    const title = q => q.label + (q.unit ? " (" + q.unit + ")" : "");
    function ticks(lo, hi, most) {
        if (!(hi > lo)) return [lo];
        const raw = (hi - lo) / most, p = Math.pow(10, Math.floor(Math.log10(raw)));
        const step = [1, 2, 2.5, 5, 10].map(m => m * p).find(s => s >= raw * 0.999);
        const out = [];
        for (let i = Math.ceil(lo / step - 1e-9); i * step <= hi + step * 1e-9; i++) out.push(+(i * step).toPrecision(12));
        return out;
    }
    function decades(lo, hi) {                          /* 1, 2 and 5 of each, as logarithms */
        const out = [];
        for (let k = Math.floor(lo); k <= hi; k++) for (const m of hi - lo > 3 ? [1] : [1, 2, 5]) out.push(k + Math.log10(m));
        return out.filter(t => t >= lo && t <= hi);
    }
    function extent(values) {
        let lo = Infinity, hi = -Infinity;
        for (const v of values) if (v !== null && isFinite(v)) { if (v < lo) lo = v; if (v > hi) hi = v; }
        if (lo > hi) return [0, 1];
        return lo === hi ? [lo - (Math.abs(lo) || 1) * 0.05, hi + (Math.abs(hi) || 1) * 0.05] : [lo, hi];
    }
    const widen = (e, by) => [e[0] - (e[1] - e[0]) * by, e[1] + (e[1] - e[0]) * by];
    function key(parent, items) {
        const box = make("div", { class: "key", "aria-hidden": "true" }, parent);
        for (const it of items) {
            const s = make("span", {}, box), mark = make("i", { class: it.mark || "" }, s);
            mark.style.borderColor = it.colour;
            s.appendChild(document.createTextNode(it.name));
        }
    }

    /* ---- lines: uPlot ---- */
    const DASH = { dashed: [7, 5], thin: [], solid: [] };
    function lineSeries(page, small) {
        const tables = [], series = [{}], bands = [], mates = [];
        for (const s of page.series) {
            const colour = ink(s.color), first = series.length;
            if (s.lo) {
                const area = s.style === "area";
                tables.push([s.x, s.hi, s.lo]);
                const edge = { stroke: area ? colour : "transparent", width: area ? 1 : 0, points: { show: false } };
                series.push(Object.assign({ label: s.name, fade: !area && !!s.y }, edge, { fadeBand: s.name }));
                series.push(Object.assign({ label: s.name + " (low)", fade: true }, edge, { stroke: "transparent" }));
                bands.push({ series: [first, first + 1], fill: alpha(colour, area ? 0.55 : s.deep ? 0.3 : 0.16) });
                mates.push([first, first + 1]);
                series[first].swatch = alpha(colour, area || s.deep ? 0.55 : 0.25);
            }
            if (!s.y) continue;
            tables.push([s.x, s.y]);
            const dots = s.style === "points";
            series.push({
                label: s.name, stroke: colour, width: s.style === "thin" ? 1 : dots ? 0 : small ? 1.5 : 2, thin: s.style === "thin", dash: s.style === "dashed" && s.color > 7 ? [2, 4] : DASH[s.style],
                paths: dots ? () => null : undefined, swatch: colour, dots: dots,
                points: dots ? { show: true, size: small ? 2 : s.x.length > 300 ? 3.5 : 5.5, width: small ? 1 : 1.2, stroke: colour, fill: css("--card") }
                    : { show: s.x.length === 1, size: 5 }
            });
            if (s.lo) mates[mates.length - 1].push(series.length - 1);
        }
        return { data: tables.length ? uPlot.join(tables) : [[]], series: series, bands: bands, mates: mates };
    }
    function marksHook(page, small) {
        return u => {
            const c = u.ctx, b = u.bbox, px = devicePixelRatio || 1;
            c.save();
            c.font = 11 * px + "px system-ui, sans-serif";
            c.lineWidth = 1.2 * px;
            c.setLineDash([3 * px, 4 * px]);
            c.strokeStyle = c.fillStyle = css("--soft");
            for (const h of page.hline || []) {
                const y = Math.round(u.valToPos(h.at, "y", true));
                if (y < b.top || y > b.top + b.height) continue;
                c.beginPath(); c.moveTo(b.left, y); c.lineTo(b.left + b.width, y); c.stroke();
                c.textAlign = "left"; c.textBaseline = "bottom";
                if (h.label && !small) c.fillText(h.label, b.left + 6 * px, y - 3 * px);
            }
            for (const v of page.vline || []) {
                const x = Math.round(u.valToPos(v.at, "x", true));
                if (x < b.left || x > b.left + b.width) continue;
                c.beginPath(); c.moveTo(x, b.top); c.lineTo(x, b.top + b.height); c.stroke();
                const left = x > b.left + b.width * 0.62;
                c.textAlign = left ? "right" : "left"; c.textBaseline = "top";
                if (v.label && !small) c.fillText(v.label, x + (left ? -6 : 6) * px, b.top + 4 * px);
            }
            c.restore();
        };
    }
    function axis(label, small, size) {
        return {
            stroke: css("--soft"), grid: { stroke: css("--grid"), width: 1 }, ticks: { stroke: css("--grid"), width: 1, size: 5 },
            font: (small ? 10 : 12) + "px system-ui, sans-serif", labelFont: "12px system-ui, sans-serif",
            label: small ? undefined : label, labelSize: 18, gap: 4, size: size, values: (u, list) => list.map(v => v === null ? "" : short(v))
        };
    }
    function linesPlot(box, spec, page, small) {
        const made = lineSeries(page, small), width = box.clientWidth || 320, xq = page.xq || spec.x, yq = page.yq || spec.y;
        const bounds = (page.hline || []).map(h => h.at);
        const opts = {
            width: width, height: small ? 130 : width < 560 ? 270 : 360,
            scales: {
                x: { time: false, range: (u, lo, hi) => widen(extent([lo, hi]), 0.01) },
                y: { range: (u, lo, hi) => widen(extent([lo, hi].concat(small || page.free ? [] : bounds)), 0.06) }
            },
            series: made.series, bands: made.bands,
            axes: [axis(title(xq), small, small ? 24 : 34), axis(title(yq), small, small ? 38 : width < 560 ? 46 : 56)],
            legend: { show: !small, live: true }, cursor: small ? { show: false } : { drag: { x: true, y: false }, points: { size: 6 } },
            hooks: { draw: [marksHook(page, small)] }
        };
        made.series.forEach((s, i) => {
            if (i === 0) { s.label = xq.label; s.value = (u, v) => short(v); return; }
            s.value = (u, v) => short(v);
            s.spanGaps = true;
        });
        if (!small) opts.legend.markers = {
            width: 2, stroke: (u, i) => made.series[i].swatch || "transparent",
            fill: (u, i) => made.series[i].dots ? "transparent" : made.series[i].swatch || "transparent",
            dash: (u, i) => made.series[i].dash && made.series[i].dash.length ? made.series[i].dash[0] < 3 ? "dotted" : "dashed" : "solid"
        };
        const u = new uPlot(opts, made.data, box);
        if (small) return u;
        const rows = box.querySelectorAll(".u-legend .u-series");
        made.series.forEach((s, i) => {
            if (!rows[i]) return;
            if (s.fade) rows[i].style.display = "none";
            if (s.fadeBand) rows[i].classList.add("band");
            if (s.dash && s.dash.length) rows[i].querySelector(".u-marker").style.background = "transparent";
            if (s.dots) rows[i].querySelector(".u-marker").style.borderRadius = "50%";
            if (s.thin) rows[i].querySelector(".u-marker").style.height = "3px";
        });
        u.hooks.setSeries = [(me, i, o) => {
            if (i === null || o.show === undefined || u.fadeBusy) return;
            u.fadeBusy = true;
            for (const m of made.mates) if (m.includes(i)) for (const k of m) if (k !== i) me.setSeries(k, { show: o.show });
            u.fadeBusy = false;
        }];
        return u;
    }

    /* A chart of several pages has a list to choose from. */
    function pager(holder, spec, show) {
        let at = 0;
        if (spec.pages.length > 1) {
            const bar = make("label", { class: "pick" }, holder, (spec.pick || "show") + " ");
            const list = make("select", {}, bar);
            spec.pages.forEach((p, i) => make("option", { value: i }, list, p.name));
            list.addEventListener("change", () => { at = +list.value; again(); });
        }
        const box = make("div", {}, holder);
        let old = null;
        function again() {
            if (old && old.destroy) old.destroy();
            box.textContent = "";
            old = show(box, spec.pages[at]);
        }
        live.push(again);
        again();
    }
    function lines(holder, spec) { pager(holder, spec, (box, page) => linesPlot(box, spec, page, false)); }
    function panels(holder, spec) {
        const grid = make("div", { class: "panels" }, holder);
        let old = [];
        function again() {
            old.forEach(u => u.destroy());
            grid.textContent = "";
            old = spec.pages.map(p => {
                const cell = make("div", {}, grid);
                make("h4", {}, cell, p.name);
                return linesPlot(make("div", {}, cell), spec, p, true);
            });
        }
        live.push(again);
        again();
    }

    /* ---- SVG: a frame with axes ---- */
    function frame(box, xe, ye, spec, opts) {
        const o = Object.assign({ height: 340, left: 58, bottom: 44, top: 10, right: 14 }, opts);
        const w = Math.max(280, box.clientWidth || 320), h = w < 560 ? Math.min(o.height, 280) : o.height;
        const svg = draw("svg", { viewBox: "0 0 " + w + " " + h, role: "presentation" }, box);
        const X = v => o.left + (v - xe[0]) / (xe[1] - xe[0]) * (w - o.left - o.right);
        const Y = v => h - o.bottom - (v - ye[0]) / (ye[1] - ye[0]) * (h - o.bottom - o.top);
        const xt = ticks(xe[0], xe[1], w < 560 ? 5 : 8), yt = spec.ylog ? decades(ye[0], ye[1]) : ticks(ye[0], ye[1], 6);
        for (const t of xt) {
            draw("path", { class: "grid", d: "M" + X(t) + " " + Y(ye[0]) + "V" + Y(ye[1]) }, svg);
            draw("text", { x: X(t), y: h - o.bottom + 16, "text-anchor": "middle" }, svg, short(t));
        }
        for (const t of yt) {
            draw("path", { class: "grid", d: "M" + X(xe[0]) + " " + Y(t) + "H" + X(xe[1]) }, svg);
            draw("text", { x: o.left - 6, y: Y(t) + 4, "text-anchor": "end" }, svg, short(spec.ylog ? +Math.pow(10, t).toPrecision(2) : t));
        }
        draw("path", { class: "axis", d: "M" + X(xe[0]) + " " + Y(ye[1]) + "V" + Y(ye[0]) + "H" + X(xe[1]) }, svg);
        draw("text", { x: (o.left + w - o.right) / 2, y: h - 8, "text-anchor": "middle" }, svg, title(spec.x));
        draw("text", { transform: "translate(13 " + (o.top + h - o.bottom) / 2 + ") rotate(-90)", "text-anchor": "middle" }, svg, title(spec.y));
        return { svg: svg, X: X, Y: Y, w: w, h: h, o: o };
    }
    function dots(svg, X, Y, xs, ys, colour, hollow, size) {
        let d = "";
        for (let i = 0; i < xs.length; i++) if (xs[i] !== null && ys[i] !== null) d += "M" + X(xs[i]).toFixed(1) + " " + Y(ys[i]).toFixed(1) + "h0";
        draw("path", { d: d, stroke: colour, "stroke-width": size, "stroke-linecap": "round", fill: "none", opacity: 0.75 }, svg);
        if (hollow) draw("path", { d: d, stroke: css("--card"), "stroke-width": size * 0.5, "stroke-linecap": "round", fill: "none" }, svg);
    }
    const redrawn = (holder, fn) => {
        const box = make("div", {}, holder);
        const again = () => { box.textContent = ""; fn(box); };
        live.push(again);
        again();
    };
    function scatter(holder, spec) {
        pager(holder, spec, (box, page) => {
            const all = page.series;
            let xe = extent([].concat(...all.map(s => s.x))), ye = extent([].concat(...all.map(s => s.y)));
            if (spec.diagonal) xe = ye = [Math.min(xe[0], ye[0]), Math.max(xe[1], ye[1])];
            if (spec.zero) ye = [Math.min(ye[0], 0), Math.max(ye[1], 0)];
            xe = widen(xe, 0.02); ye = widen(ye, 0.04);
            const f = frame(box, xe, ye, spec, { height: spec.diagonal ? 420 : 340 });
            const rule = d => draw("path", { d: d, stroke: css("--soft"), "stroke-dasharray": "3 4", fill: "none" }, f.svg);
            if (spec.diagonal) rule("M" + f.X(xe[0]) + " " + f.Y(xe[0]) + "L" + f.X(xe[1]) + " " + f.Y(xe[1]));
            if (spec.zero) rule("M" + f.X(xe[0]) + " " + f.Y(0) + "H" + f.X(xe[1]));
            for (const v of page.vline || []) {
                if (v.at < xe[0] || v.at > xe[1]) continue;
                rule("M" + f.X(v.at) + " " + f.Y(ye[0]) + "V" + f.Y(ye[1]));
                const left = f.X(v.at) > f.w * 0.62;
                draw("text", { x: f.X(v.at) + (left ? -6 : 6), y: 22, "text-anchor": left ? "end" : "start" }, f.svg, v.label);
            }
            for (const s of all) dots(f.svg, f.X, f.Y, s.x, s.y, ink(s.color), s.style === "dashed", s.style === "dashed" ? 4.5 : 4);
            key(box, all.map(s => ({ name: s.name, colour: ink(s.color), mark: s.style === "dashed" ? "dot" : "disc" })));
        });
    }
    function hist(holder, spec) {
        pager(holder, spec, (box, page) => {
            const e = page.edges, top = Math.max(1e-12, ...page.series.map(s => Math.max(...s.share)));
            const f = frame(box, [e[0], e[e.length - 1]], [0, top * 1.06], spec, { height: 280 });
            for (const s of page.series) {
                let d = "M" + f.X(e[0]) + " " + f.Y(0);
                s.share.forEach((v, i) => { d += "V" + f.Y(v).toFixed(1) + "H" + f.X(e[i + 1]).toFixed(1); });
                d += "V" + f.Y(0);
                draw("path", { d: d, fill: alpha(ink(s.color), s.style === "dashed" ? 0.06 : 0.2), stroke: ink(s.color), "stroke-width": 1.8,
                    "stroke-dasharray": s.style === "dashed" ? "6 4" : "none" }, f.svg);
            }
            if (e[0] < 0 && e[e.length - 1] > 0) draw("path", { d: "M" + f.X(0) + " " + f.Y(0) + "V" + f.Y(top * 1.06), stroke: css("--soft"), "stroke-dasharray": "3 4" }, f.svg);
            key(box, page.series.map(s => ({ name: s.name, colour: ink(s.color), mark: s.style === "dashed" ? "dash" : "" })));
        });
    }

    /* ---- bars: tornado (signed) and stacked parts ---- */
    function bars(holder, spec) {
        pager(holder, spec, (box, page) => {
            const rows = page.rows, w = Math.max(280, box.clientWidth || 320), gap = 30;
            const left = Math.min(w * 0.42, 20 + 7.2 * Math.max(...rows.map(r => r.name.length))), right = 56, h = rows.length * gap + 44;
            const sums = rows.map(r => r.parts.reduce((a, b) => a + Math.max(b, 0), 0)), lows = rows.map(r => Math.min(0, ...r.parts));
            const signed = lows.some(v => v < 0) || spec.signed;
            const xe = spec.signed ? [-1, 1].map(s => s * Math.max(1e-12, spec.most || 0, ...rows.map(r => Math.abs(r.parts[0])))) : [Math.min(...lows), Math.max(1e-12, ...sums)];
            const X = v => left + (v - xe[0]) / (xe[1] - xe[0]) * (w - left - right);
            const svg = draw("svg", { viewBox: "0 0 " + w + " " + h, role: "presentation" }, box);
            for (const t of ticks(xe[0], xe[1], 5)) {
                draw("path", { class: "grid", d: "M" + X(t) + " 4V" + (h - 40) }, svg);
                draw("text", { x: X(t), y: h - 24, "text-anchor": "middle" }, svg, short(t));
            }
            draw("text", { x: (left + w - right) / 2, y: h - 6, "text-anchor": "middle" }, svg, title(spec.x));
            rows.forEach((r, i) => {
                const y = 6 + i * gap;
                let at = 0;
                const room = Math.floor((left - 12) / 6.8), name = r.name.length > room ? r.name.slice(0, Math.max(room - 1, 1)) + "…" : r.name;
                draw("title", {}, draw("text", { x: left - 8, y: y + 15, "text-anchor": "end", class: "strong" }, svg, name), r.name);
                r.parts.forEach((v, k) => {
                    const a = X(signed ? 0 : at), b = X(signed ? v : at + v), colour = ink(spec.parts ? k : v < 0 ? 1 : 0);
                    const bar = draw("rect", { x: Math.min(a, b), y: y, width: Math.max(Math.abs(b - a), 0.5), height: gap - 10, rx: 2, fill: colour, opacity: 0.88 }, svg);
                    draw("title", {}, bar, r.name + (spec.parts ? ", " + spec.parts[k] : "") + ": " + short(v));
                    at += v;
                });
                const end = signed ? r.parts[0] : at;
                draw("text", { x: X(Math.max(end, 0)) + 5, y: y + 15 }, svg, short(end));
            });
            if (signed) draw("path", { d: "M" + X(0) + " 2V" + (h - 40), stroke: css("--soft") }, svg);
            if (spec.parts) key(box, spec.parts.map((p, k) => ({ name: p, colour: ink(k), mark: "box" })));
        });
    }

    /* ---- heat map: a scale even in lightness, readable without colour ---- */
    const SCALE = [[0, 34, 78], [35, 62, 108], [87, 93, 109], [125, 124, 120], [165, 156, 116], [209, 191, 97], [254, 232, 90]];
    function heatColour(t) {
        const p = Math.max(0, Math.min(1, t)) * (SCALE.length - 1), i = Math.min(Math.floor(p), SCALE.length - 2), r = p - i;
        return "rgb(" + SCALE[i].map((c, k) => Math.round(c + (SCALE[i + 1][k] - c) * r)).join(",") + ")";
    }
    function heat(holder, spec) {
        pager(holder, spec, (box, page) => {
            const nx = page.x.length - 1, ny = page.y.length - 1, ze = extent(page.z);
            const s2 = { x: page.xq || spec.x, y: page.yq || spec.y }, zq = page.zq || spec.z;
            const f = frame(box, [page.x[0], page.x[nx]], [page.y[0], page.y[ny]], s2, { height: 380, right: 84 });
            for (let j = 0; j < ny; j++) for (let i = 0; i < nx; i++) {
                const v = page.z[j * nx + i];
                if (v === null) continue;
                const x = f.X(page.x[i]), y = f.Y(page.y[j + 1]);
                const r = draw("rect", { x: x.toFixed(1), y: y.toFixed(1), width: (f.X(page.x[i + 1]) - x + 0.4).toFixed(1),
                    height: (f.Y(page.y[j]) - y + 0.4).toFixed(1), fill: heatColour((v - ze[0]) / (ze[1] - ze[0])) }, f.svg);
                draw("title", {}, r, short(page.x[i]) + " – " + short(page.x[i + 1]) + ", " + short(page.y[j]) + " – " + short(page.y[j + 1]) + ": " + short(v));
            }
            const top = f.o.top + 14, tall = f.h - f.o.bottom - top, n = 40;
            for (let k = 0; k < n; k++) draw("rect", { x: f.w - 66, y: top + tall * (1 - (k + 1) / n), width: 14, height: tall / n + 0.5, fill: heatColour(k / (n - 1)) }, f.svg);
            for (const t of ticks(ze[0], ze[1], 4)) draw("text", { x: f.w - 48, y: top + tall * (1 - (t - ze[0]) / (ze[1] - ze[0])) + 4 }, f.svg, short(t));
            key(box, [{ name: "colour: " + title(zq), colour: heatColour(0.5), mark: "box" }]);
        });
    }

    /* ---- many columns: scatter matrix, parallel coordinates ---- */
    function matrix(holder, spec) {
        redrawn(holder, box => {
            const n = spec.columns.length, w = Math.max(300, box.clientWidth || 320), cell = Math.min(190, (w - 10) / n), pad = 4;
            const svg = draw("svg", { viewBox: "0 0 " + (cell * n + 2) + " " + (cell * n + 2), role: "presentation" }, box);
            svg.style.maxWidth = cell * n + 2 + "px";
            const ex = spec.columns.map((c, k) => widen(extent(spec.points[k]), 0.04));
            const place = (e, v, at, up) => up ? at + cell - pad - (v - e[0]) / (e[1] - e[0]) * (cell - 2 * pad) : at + pad + (v - e[0]) / (e[1] - e[0]) * (cell - 2 * pad);
            for (let r = 0; r < n; r++) for (let c = 0; c < n; c++) {
                const x0 = c * cell + 1, y0 = r * cell + 1;
                draw("rect", { x: x0, y: y0, width: cell, height: cell, class: "axis" }, svg);
                if (r === c) {
                    const q = spec.columns[c], bins = 12, count = new Array(bins).fill(0), e = ex[c];
                    for (const v of spec.points[c]) if (v !== null) count[Math.min(bins - 1, Math.floor((v - e[0]) / (e[1] - e[0]) * bins))]++;
                    const top = Math.max(...count);
                    count.forEach((k, i) => draw("rect", { x: x0 + pad + i * (cell - 2 * pad) / bins, y: y0 + cell - pad - k / top * (cell * 0.55),
                        width: (cell - 2 * pad) / bins - 0.6, height: k / top * cell * 0.55, fill: ink(q.outcome ? 1 : 0), opacity: 0.5 }, svg));
                    const size = Math.max(7.5, Math.min(12, (cell - 6) / (Math.max(q.label.length, 4) * 0.56)));
                    draw("text", { x: x0 + 4, y: y0 + size + 3, class: "strong" }, svg, q.label).style.fontSize = size + "px";
                    if (q.unit) draw("text", { x: x0 + 4, y: y0 + 2 * size + 4 }, svg, q.unit).style.fontSize = size + "px";
                } else {
                    dots(svg, v => place(ex[c], v, x0, false), v => place(ex[r], v, y0, true), spec.points[c], spec.points[r],
                        ink(spec.columns[r].outcome ? 1 : 0), false, cell < 90 ? 1.6 : 2.4);
                }
            }
        });
    }
    function parallel(holder, spec) {
        redrawn(holder, box => {
            const n = spec.columns.length, w = Math.max(300, box.clientWidth || 320), h = 330, top = 40, low = h - 24;
            const side = w < 560 ? 30 : 60;
            const svg = draw("svg", { viewBox: "0 0 " + w + " " + h, role: "presentation" }, box);
            const X = k => side + k / Math.max(1, n - 1) * (w - 2 * side), ex = spec.points.map(extent);
            const Y = (k, v) => low - (v - ex[k][0]) / (ex[k][1] - ex[k][0]) * (low - top);
            const rows = spec.points[0].length, last = n - 1;
            for (let i = 0; i < rows; i++) {
                let d = "";
                for (let k = 0; k < n; k++) if (spec.points[k][i] !== null) d += (d ? "L" : "M") + X(k).toFixed(1) + " " + Y(k, spec.points[k][i]).toFixed(1);
                const t = (spec.points[last][i] - ex[last][0]) / (ex[last][1] - ex[last][0]);
                draw("path", { d: d, fill: "none", stroke: isFinite(spec.points[last][i] ?? NaN) ? heatColour(root.dataset.theme === "dark" ? 0.3 + 0.7 * t : 0.85 * t) : css("--line"), "stroke-width": 1, opacity: rows > 150 ? 0.45 : 0.8 }, svg);
            }
            spec.columns.forEach((c, k) => {
                draw("path", { class: "axis", d: "M" + X(k) + " " + top + "V" + low }, svg);
                const anchor = k === 0 ? "start" : k === last ? "end" : "middle", x = k === 0 ? 4 : k === last ? w - 4 : X(k);
                const room = (w - 2 * side) / Math.max(1, n - 1) / 6.6, label = c.label.length > room && n > 2 ? "…" + c.label.slice(-Math.max(3, Math.floor(room - 1))) : c.label;
                draw("title", {}, draw("text", { x: x, y: 13, "text-anchor": anchor, class: "strong" }, svg, label), title(c));
                if (c.unit) draw("text", { x: x, y: 27, "text-anchor": anchor }, svg, c.unit);
                draw("text", { x: X(k), y: top - 2, "text-anchor": "middle" }, svg, short(ex[k][1]));
                draw("text", { x: X(k), y: low + 15, "text-anchor": "middle" }, svg, short(ex[k][0]));
            });
        });
    }

    /* ---- begin ---- */
    const kinds = { lines: lines, panels: panels, scatter: scatter, hist: hist, bars: bars, heat: heat, matrix: matrix, parallel: parallel };
    function theme(name) { root.dataset.theme = name; }
    function again() { live.forEach(f => f()); }
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    let chosen = false;
    theme(dark.matches ? "dark" : "light");
    root.classList.add("js");
    const button = document.getElementById("theme");
    const name = () => { button.textContent = root.dataset.theme === "dark" ? "Light" : "Dark"; };
    name();
    button.addEventListener("click", () => { chosen = true; theme(root.dataset.theme === "dark" ? "light" : "dark"); name(); again(); });
    dark.addEventListener("change", e => { if (!chosen) { theme(e.matches ? "dark" : "light"); name(); again(); } });

    for (const holder of document.querySelectorAll(".chart[data-kind]")) {
        try {
            const spec = JSON.parse(document.getElementById(holder.dataset.from).textContent);
            kinds[holder.dataset.kind](holder, spec);
        } catch (e) {
            make("p", { class: "soft" }, holder, "This chart could not be drawn; its data stand in the table below.");
            console.error("chart " + holder.dataset.from + ": " + e.message);
        }
    }
    root.dataset.drawn = live.length;

    const main = document.querySelector("main");
    let width = main.clientWidth, timer = 0;
    new ResizeObserver(() => {
        if (main.clientWidth === width) return;
        width = main.clientWidth;
        clearTimeout(timer);
        timer = setTimeout(again, 100);
    }).observe(main);
    let before = null;
    window.addEventListener("beforeprint", () => { before = root.dataset.theme; theme("light"); again(); });
    window.addEventListener("afterprint", () => { if (before) { theme(before); again(); } });
})();
