/* SPDX-License-Identifier: MIT
 * units.h - units as exponents of SI base units with scale and offset; texts like "25 degC", "C/2", "1 h".
 *
 * Grammar of a unit: factors joined by "*", "." or "/", each NAME or NAME^k or NAMEk ("m2/s", "J/(mol.K)", "mol/m3", "1/s", "A.h").
 * "" and "1" are dimensionless ("" says a bare count, "1" a ratio).  "%" is 0.01.  degC and degF have an offset and stand alone.
 * "C-rate" is 1/h and means: times the nominal capacity in Ah gives amperes.
 */
#ifndef FADE_BASE_UNITS_H
#define FADE_BASE_UNITS_H
#include "core/base/why.h"
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct unit {
    double scale, offset;                         /* SI = value * scale + offset */
    int8_t dim[7];                                /* kg m s A K mol cd */
    bool   rate;                                  /* C-rate: 1/s in SI, meets A by way of the nominal capacity */
} unit;

int units_parse(const char *text, unit *out, why *w);          /* E_INPUT: names the unknown factor and the nearest known one */
bool units_meet(const unit *a, const unit *b);                 /* the same dimension */
/* to = from * scale + offset.  A C-rate meets A when nominal_ah is not NaN.  false: different dimensions. */
bool units_convert(const unit *from, const unit *to, double nominal_ah, double *scale, double *offset);
/* "25 degC" or "0.5" or "C/2" or "2C" or "1 h" to the declared unit (which may list alternatives "A|V|W|ohm").
 * A bare number is in the declared unit.  E_INPUT on nonsense, E_DOMAIN on a wrong dimension; the sentence names both units. */
int units_quantity(const char *text, const char *declared, double nominal_ah, double *out, why *w);
/* The unit people read: "K" -> "degC", "A.s" -> "Ah", others unchanged; and the suffix of a column's name in a file
 * (Battery Data Format style: ah, wh, volt, ampere, ohm, second, celsius, watt, ratio for "1", nothing for ""). */
const char *units_human(const char *unit);
const char *units_human_values(const char *unit, double *v, size_t n);         /* v[n] in it; the unit to write behind, "" for a ratio */
size_t units_suffix(const char *unit, char out[48]);           /* returns its length; "" for "" */
#endif
