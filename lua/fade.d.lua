---@meta fade
-- What the module `fade` has, for the Lua language server: set workspace.library to the folder of this file.

---A column: numbers (NaN unknown) or words, from 1. `+ - * / ^` work with numbers and columns of the same length.
---@class fade.column
---@field unit string declared unit, "" where there is none
---@field doc string
---@field [integer] number|string|nil
---@operator len: integer
---@operator add(fade.column|number): fade.column
---@operator sub(fade.column|number): fade.column
---@operator mul(fade.column|number): fade.column
---@operator div(fade.column|number): fade.column
---@operator pow(fade.column|number): fade.column
---@operator unm: fade.column
local column = {}
---@return number # of the known values; NaN without any
function column:mean() end
---@return number
function column:min() end
---@return number
function column:max() end
---@return number
function column:sum() end
---@return number # standard deviation with n - 1
function column:sd() end
---@return integer # how many values are known
function column:count() end
---@return number
function column:median() end
---Quantiles, linear between the order statistics.
---@param ... number from 0 to 1
---@return number ...
function column:quantile(...) end
---@return number|string|nil # the last value
function column:last() end
---@param f fun(value: number|string|nil, row: integer): number|string|nil
---@return fade.column
function column:map(f) end
---@return (number|string)[]
function column:list() end

---One row: columns by name.
---@alias fade.row table<string, number|string|nil>

---Columns of one length by name: `t.capacity_ah`, `t.new = t.a - t.b`; rows by number: `t[1].cycle`.
---@class fade.table
---@field [string] fade.column
---@field [integer] fade.row
---@operator len: integer
local tab = {}
---@param name string also where a method has that name
---@return fade.column
function tab:column(name) end
---@return string[]
function tab:names() end
---Rows where something holds: a function of the row, or an expression with columns for names.
---@param predicate string|fun(row: fade.row): any
---@return fade.table
function tab:where(predicate) end
---@param name string
---@param falling? boolean
---@return fade.table # unknown values last
function tab:sort(name, falling) end
---@param ... string|string[] names; the columns are shared, not copied
---@return fade.table
function tab:select(...) end
---@param n? integer default 10
---@return fade.table
function tab:head(n) end
---@param n? integer default 10
---@return fade.table
function tab:tail(n) end
---@param i integer from 1; -1 is the last
---@return fade.row|nil
function tab:row(i) end
---@return fun(t: fade.table, i: integer): integer, fade.row
---@return fade.table
---@return integer
function tab:rows() end
---@param name string
---@return fun(): (number|string), fade.table # each value with the rows that have it
function tab:groups(name) end
---@param path? string
---@return string|fade.table # the text, or with a path the table again
function tab:csv(path) end

---@class fade.options
---@field set? table<string, any> keys of the scenario: { ["physics.k"] = 0.2 }; or a list of "key=value"
---@field seed? integer
---@field cycles? integer
---@field threads? integer 0: all cores
---@field trust? boolean a .lua file runs without its sandbox

---@class fade.run_options: fade.options
---@field out? string folder of the result; none: nothing is written
---@field overwrite? boolean
---@field rows? boolean false: no rows are gathered
---@field every? integer rows of cycles 1, N, 2N, .. and each cell's last
---@field at? integer[] rows of these cycles and each cell's last

---@class fade.result
---@field name string
---@field outcome "ok"|"partial"
---@field rows fade.table cell, physics, cycle and every column of the run
---@field summary fade.table one row per cell and physics: end, reason, rows, end_cycle, end_of_life_cycle, first_capacity_ah, capacity_ah
---@field scores? table[] of [evaluate]
---@field seconds number
---@field seconds_of table<string, number> spent stepping each physics
---@field folder? string

---@class fade.problem
---@field file? string
---@field line? integer
---@field column? integer
---@field message string

---@class fade.plugin_entry
---@field id? string
---@field kind? "source"|"physics"|"corrector"|"output"
---@field version? string
---@field doc? string one sentence
---@field path string
---@field error? string why it is refused

---@class fade.stored
---@field name string
---@field folder string
---@field rows fade.table
---@field scenario? string as run, TOML
---@field script? string
---@field about? table result.json

---@class fade
---@field version string
local fade = {}

---Runs a scenario: a file's name, or a table as a scenario file holds it (functions too, on one thread).
---@param scenario string|table
---@param options? fade.run_options
---@return fade.result
function fade.run(scenario, options) end
---@param scenario string|table
---@param options? fade.options
---@return true|nil ok
---@return fade.problem[] problems
function fade.check(scenario, options) end

---@class fade.sweep_options: fade.options
---@field store? string SQLite file of the cases; one that is there is gone on with
---@param scenario string|table with a section `sweep`
---@param options? fade.sweep_options
---@return fade.table cases
---@return { cases: integer, failed: integer } counts
function fade.sweep(scenario, options) end

---@class fade.compare_options: fade.options
---@field ablate? boolean
---@param scenarios (string|table)[]
---@param options? fade.compare_options
---@return fade.table models
function fade.compare(scenarios, options) end

---What `fade sensitivity --json` says: which inputs move an outcome.
---@class fade.sensitivity_options: fade.options
---@field params string|string[] "KEY" or "KEY=LEAST..MOST"
---@field outcomes? string|string[] "capacity" (default), "end_of_life_cycle", a column, "COLUMN@CYCLE"
---@field method? "local"|"morris"|"sobol"
---@field n? integer samples or walks
---@param scenario string|table
---@param options fade.sensitivity_options
---@return table
function fade.sensitivity(scenario, options) end

---What `fade evaluate --json` says: scores of a law and its correctors on rows they were not shown.
---@class fade.evaluate_options: fade.options
---@field split? string "holdout:0.5", "first:100", "rolling:0.5/10", "cells", "groups", "random:0.2"
---@field ask? "forecast"|"next"|"begun"|"estimate"
---@field corrector? string|string[]
---@field physics? integer|string
---@field fit? string|string[] parameters fitted in each fold
---@field where? string
---@field target? string
---@field groups? string "B0005 B0006; B0029 B0030"
---@field importance? boolean
---@field learning_curve? boolean
---@field bootstrap? integer
---@field checks? boolean
---@field allow? string|string[]
---@param scenario string|table
---@param options? fade.evaluate_options
---@return table
function fade.evaluate(scenario, options) end

---What `fade fit --json` says: parameters of a law from measured rows.
---@class fade.fit_options: fade.options
---@field param string|string[] "KEY", "KEY=LEAST..MOST" or "KEY~MEAN+-SD"
---@field target? string
---@field cell? string
---@field pooled? boolean
---@field own? string "KEY,KEY": each cell's own, the rest shared
---@field fraction? number
---@field loss? "linear"|"soft_l1"|"huber"|"cauchy"
---@field starts? integer
---@field search? "local"|"global"
---@field profile? boolean
---@field bootstrap? integer
---@field sequential? "particle"|"ensemble"
---@field particles? integer
---@field noise? number
---@field wander? number
---@field draws? string a CSV of sets of likely values, for `parameters` of fade.forecast
---@param scenario string|table
---@param options fade.fit_options
---@return table
function fade.fit(scenario, options) end

---What `fade forecast --json` says: the rest of each cell's life.
---@class fade.forecast_options: fade.options
---@field parameters? string likely values in place of a fit: a CSV as `fade fit --draws` writes it
---@field origin? number|"last" a share of each cell's rows, or how many
---@field fit? string|string[]
---@field horizon? integer
---@field until_eol? boolean
---@field within? integer rows: the probability of an end within them
---@field samples? integer
---@field corrector? string
---@field target? string
---@field plan? "recorded"|"repeat"|"hold"
---@field calibrate? "known"|"others"|"auto"
---@field raw? boolean
---@field error? "labs"|"none"
---@field physics? integer|string number or name of the law
---@field eol? number end of life, in the target's unit
---@param scenario string|table
---@param options? fade.forecast_options
---@return table
function fade.forecast(scenario, options) end

---What `fade drift --json` says: have the data changed, does the law still err as it did.
---@class fade.drift_options: fade.options
---@field newer? string|table another scenario; without one the later rows of the same
---@field split? number share of each cell's rows that is the reference
---@field columns? string|string[]
---@field watch? string column watched row by row; target minus physics unless given
---@field target? string
---@field where? string
---@field rate? number chance of a false alarm per cell
---@field slack? number in standard deviations
---@field fdr? number
---@field psi? number
---@param scenario string|table
---@param options? fade.drift_options
---@return table
function fade.drift(scenario, options) end

---What lies in a result's folder or a file of rows (.csv, .jsonl, .sqlite).
---@param path string
---@return fade.stored
function fade.read(path) end

---@class fade.train_options: fade.options
---@field save string folder the model goes into
---@field corrector? string
---@field physics? string name of the law whose error is learnt, or "none"
---@field target? string
---@field ask? "forecast"|"next"|"begun"|"estimate"
---@field where? string rows to learn from, as in "cycle > 10"
---@field all? boolean also the rows that [evaluate] keeps back
---@field allow? string|string[] features that may tell the target by themselves
---A corrector learns and is saved: what it earned, and what its checks found.
---@param scenario string|table
---@param options fade.train_options
---@return table training
function fade.train(scenario, options) end

---@class fade.saved_model
local saved_model = {}
---@return table info as `fade model info --json`
function saved_model:info() end
---@param rows string|table a scenario, or a file of data as in training
---@param options? fade.predict_options
---@return fade.table
function saved_model:predict(rows, options) end

---@class fade.predict_options: fade.options
---@field where? string
---@field batch? integer rows at a time, in whole cells
---@field explain? boolean what each feature adds too: columns base and contribution_FEATURE
---@field permutations? integer orders of features where that is sampled (default 128)
---@param model string|fade.saved_model a folder, or a loaded model
---@param rows string|table a scenario, or a file of data as in training
---@param options? fade.predict_options
---@return fade.table
function fade.predict(model, rows, options) end

fade.model = {}
---@param folder string
---@return fade.saved_model
function fade.model.load(folder) end
---@param folder string
---@return table
function fade.model.info(folder) end

---@param kind? "source"|"physics"|"corrector"|"output"
---@return fade.plugin_entry[]
function fade.plugins(kind) end
---The descriptor: params, state, inputs, outputs, ..
---@param name string
---@return table
function fade.plugin(name) end

---@overload fun(n: integer, value?: number, unit?: string): fade.column
---@param values (number|string)[]|fade.column
---@param unit? string
---@return fade.column
function fade.column(values, unit) end
---@param columns table<string, fade.column|number[]|string[]>|{ [1]: string, [2]: fade.column|(number|string)[] }[]
---@return fade.table
function fade.table(columns) end

fade.units = {}
---convert("25 degC", "K"); convert("2C", "A", 2.0): with the nominal capacity in Ah; convert(25, "degC", "K")
---@overload fun(value: number, from: string, to: string, nominal_ah?: number): number
---@param quantity string
---@param to string
---@param nominal_ah? number
---@return number
function fade.units.convert(quantity, to, nominal_ah) end
---@param a string
---@param b string
---@return boolean # they measure the same
function fade.units.meet(a, b) end
---@param unit string
---@return string # the unit people read: "K" -> "degC"
function fade.units.human(unit) end
---@param unit string
---@return string # what a column's name in a file ends with: "K" -> "kelvin"
function fade.units.suffix(unit) end

---@alias fade.values fade.column|number[]
---@class fade.metrics
---@field rmse fun(target: fade.values, predicted: fade.values): number
---@field mse fun(target: fade.values, predicted: fade.values): number
---@field mae fun(target: fade.values, predicted: fade.values): number
---@field worst fun(target: fade.values, predicted: fade.values): number largest error
---@field bias fun(target: fade.values, predicted: fade.values): number mean error
---@field sd fun(target: fade.values, predicted: fade.values): number
---@field mape fun(target: fade.values, predicted: fade.values): number %
---@field smape fun(target: fade.values, predicted: fade.values): number %
---@field r2 fun(target: fade.values, predicted: fade.values): number
---@field all fun(target: fade.values, predicted: fade.values): table<string, number>
fade.metrics = {}

---@class fade.curve a discharge, in the order of time
---@field voltage fade.values V, falling
---@field charge fade.values Ah drawn so far
---@class fade.delta_q_statistics Severson et al. 2019, doi 10.1038/s41560-019-0356-8
---@field low number V: between these they were compared
---@field high number
---@field minimum number Ah
---@field mean number Ah
---@field variance number Ah^2
---@field skewness number
---@field kurtosis number
---@field log_variance number log10 of the variance
---@field log_minimum number log10 of |minimum|
---@param early fade.curve
---@param late fade.curve
---@param options? { low?: number, high?: number, points?: integer }
---@return fade.delta_q_statistics # of Q(V) late less early
function fade.delta_q(early, late, options) end

return fade
