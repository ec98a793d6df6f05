/* SPDX-License-Identifier: MIT
 * test_units.c - units, their conversions and the texts people write for quantities.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/units.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void near_to(double got, double want, const char *what)
{
    double off = fabs(got - want);
    if (!(off <= 4e-16 * fabs(want) * 4))
        fail_msg("%s: %.17g, wanted %.17g", what, got, want);
}

static unit parsed(const char *text)
{
    unit u;
    why w = { 0 };
    if (units_parse(text, &u, &w))
        fail_msg("%s: %s", text, w.text);
    return u;
}

static void quantities(void **unused)
{
    (void)unused;
    static const struct { const char *text, *unit; double nominal, want;
    } cases[] = {
        { "25 degC", "K", NAN, 298.15 },
        { "25degC", "K", NAN, 298.15 },
        { "77 degF", "degC", NAN, 25 },
        { "-40 degF", "degC", NAN, -40 },
        { "298.15 K", "degC", NAN, 25 },
        { "25 \xc2\xb0"
          "C",
          "K", NAN, 298.15 },
        { "3600 coulomb", "Ah", NAN, 1 },
        { "2 Ah", "A.s", NAN, 7200 },
        { "7200 A.s", "Ah", NAN, 2 },
        { "1 A.h", "Ah", NAN, 1 },
        { "1500 mAh", "Ah", NAN, 1.5 },
        { "500 mA", "A", NAN, 0.5 },
        { "1 h", "s", NAN, 3600 },
        { "90 min", "h", NAN, 1.5 },
        { "1 year", "day", NAN, 365 },
        { "10 years", "s", NAN, 315360000 },
        { "2 weeks", "d", NAN, 14 },
        { "10 minutes", "s", NAN, 600 },
        { "C/2", "A", 2, 1 },
        { "2C", "A", 2.5, 5 },
        { "1.5 C", "A", 2, 3 },
        { "C", "A", 2, 2 },
        { "2C/3", "1/h", NAN, 2.0 / 3 },
        { "C / 2", "mA", 2, 1000 },
        { "C/2", "1/h", NAN, 0.5 },
        { "1.5 C", "1/h", NAN, 1.5 },
        { "3 C-rate", "1/h", NAN, 3 },
        { "8.314 J/(mol.K)", "J/(mol.K)", NAN, 8.314 },
        { "8.314 J/mol/K", "J/(mol.K)", NAN, 8.314 },
        { "1 kJ/mol", "J/mol", NAN, 1000 },
        { "10 mS/cm", "S/m", NAN, 1 },
        { "1 mol/L", "mol/m3", NAN, 1000 },
        { "1 cm2/s", "m2/s", NAN, 1e-4 },
        { "1 cm^2/s", "m2/s", NAN, 1e-4 },
        { "1 m^2.s^-1", "m2/s", NAN, 1 },
        { "1 bar", "Pa", NAN, 1e5 },
        { "1 kWh", "J", NAN, 3.6e6 },
        { "1 V.A", "W", NAN, 1 },
        { "3 V/A", "ohm", NAN, 3 },
        { "25 mohm", "ohm", NAN, 0.025 },
        { "25 m\xce\xa9", "ohm", NAN, 0.025 },
        { "1 Ohm", "mohm", NAN, 1000 },
        { "5 um", "m", NAN, 5e-6 },
        { "5 \xc2\xb5m", "nm", NAN, 5000 },
        { "1 eV", "J", NAN, 1.602176634e-19 },
        { "2 meV", "eV", NAN, 0.002 },
        { "1e3 s", "s", NAN, 1000 },
        { "1 kg", "g", NAN, 1000 },
        { "1 Hz", "1/s", NAN, 1 },
        { "70%", "1", NAN, 0.7 },
        { "70 %", "", NAN, 0.7 },
        { "0.5", "K", NAN, 0.5 },
        { "  -3.5e2 ", "ohm", NAN, -350 },
        { "inf", "s", NAN, INFINITY },
        { "3 V", "A|V|W|ohm", NAN, 3 },
        { "100 mW", "A|V|W|ohm", NAN, 0.1 },
        { "C/20", "V|A", 2, 0.1 },
        { "500 cycles", "", NAN, 500 },
        { "1 1/h", "1/s", NAN, 1.0 / 3600 },
        { "1 J/K", "kg.m2/(s2.K)", NAN, 1 },
        { "1 F", "A.s/V", NAN, 1 },
        { "1 H", "V.s/A", NAN, 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double x = NAN;
        why w = { 0 };
        if (units_quantity(cases[i].text, cases[i].unit, cases[i].nominal, &x, &w))
            fail_msg("%s in %s: %s", cases[i].text, cases[i].unit, w.text);
        if (isinf(cases[i].want))
            assert_true(isinf(x));
        else
            near_to(x, cases[i].want, cases[i].text);
    }
}

static void wrong_quantities(void **unused)
{
    (void)unused;
    static const struct { const char *text, *unit; int code; const char *says;
    } cases[] = {
        { "25 degX", "K", E_INPUT, "did you mean \"degC\"" },
        { "25 DegC", "K", E_INPUT, "did you mean \"degC\"" },
        { "2 ah", "Ah", E_INPUT, "did you mean \"Ah\"" },
        { "2 mah", "Ah", E_INPUT, "did you mean \"mAh\"" },
        { "3 v", "V", E_INPUT, "did you mean \"V\"" },
        { "3 hrs", "s", E_INPUT, "\"hrs\" is not known" },
        { "25 celsius", "K", E_INPUT, "degC" },
        { "3 A.C", "A.s", E_INPUT, "coulomb" },
        { "3 V", "K", E_DOMAIN, "in V, but K is wanted" },
        { "3 s", "1", E_DOMAIN, "in s, but a ratio is wanted" },
        { "25 C", "degC", E_DOMAIN, "degrees are written degC" },
        { "2C", "A", E_DOMAIN, "no nominal capacity" },
        { "3 V", "A|W", E_DOMAIN, "A|W" },
        { "", "s", E_INPUT, "no quantity" },
        { "nan", "s", E_INPUT, "no quantity" },
        { "fast", "s", E_INPUT, "no quantity" },
        { "C/0", "1/h", E_INPUT, "no quantity" },
        { "1 degC/s", "K/s", E_INPUT, "stands alone" },
        { "1 1/degC", "1/K", E_INPUT, "write K" },
        { "1 J/(mol.K", "1", E_INPUT, "\")\" is missing" },
        { "1 m^", "m", E_INPUT, "whole number" },
        { "1 m99", "m", E_INPUT, "exponent 99" },
        { "1 s0.5", "s", E_INPUT, "\"s0.5\"" },
        { "1 m/", "m", E_INPUT, "a name is expected" },
        { "1 ((((((((((m))))))))))", "m", E_INPUT, "nested" },
        { "1 m)", "m", E_INPUT, "not expected" },
        { "1e999 m", "m", E_INPUT, "double" },
        { "5 qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq", "m", E_INPUT,
          "too long" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double x = 7;
        why w = { 0 };
        int rc = units_quantity(cases[i].text, cases[i].unit, NAN, &x, &w);
        if (rc != cases[i].code || !strstr(w.text, cases[i].says))
            fail_msg("%s in %s: %d \"%s\", wanted %s \"%s\"", cases[i].text, cases[i].unit, rc, w.text,
                     why_word(cases[i].code), cases[i].says);
        assert_true(x == 7);
        assert_int_equal(units_quantity(cases[i].text, cases[i].unit, NAN, &x, NULL), rc);
    }
    char long_text[400];
    memset(long_text, '1', sizeof long_text);
    long_text[399] = 0;
    double x;
    assert_int_equal(units_quantity(long_text, "m", NAN, &x, NULL), E_INPUT);
    unit u;
    assert_int_equal(units_parse(long_text, &u, NULL), E_INPUT);
}

/* There and back again gives the same number, and through a third unit the same as directly. */
static void conversions_are_a_groupoid(void **unused)
{
    (void)unused;
    static const char *const groups[][8] = {
        { "K", "degC", "degF", "mK" },
        { "Ah", "coulomb", "mAh", "A.s", "A.min" },
        { "s", "h", "min", "day", "year", "ms" },
        { "J", "Wh", "kWh", "eV", "V.Ah", "N.m", "Pa.m3" },
        { "m", "um", "cm", "nm" },
        { "1/h", "1/s", "Hz", "C-rate" },
        { "ohm", "V/A", "mohm", "1/S" },
        { "1", "%", "", "ppm" },
        { "m2/s", "cm2/s", "m^2/h" },
        { "mol/m3", "mol/L", "mmol/mL" },
    };
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
        for (int a = 0; a < 8 && groups[g][a]; a++)
            for (int b = 0; b < 8 && groups[g][b]; b++)
                for (int c = 0; c < 8 && groups[g][c]; c++) {
                    unit ua = parsed(groups[g][a]), ub = parsed(groups[g][b]), uc = parsed(groups[g][c]);
                    double s1, o1, s2, o2, s3, o3, x = 312.7;
                    assert_true(units_meet(&ua, &ub));
                    assert_true(units_convert(&ua, &ub, NAN, &s1, &o1));
                    assert_true(units_convert(&ub, &ua, NAN, &s2, &o2));
                    double back = (x * s1 + o1) * s2 + o2;
                    if (fabs(back - x) > 1e-12 * x)
                        fail_msg("%s -> %s -> back: %.17g", groups[g][a], groups[g][b], back);
                    assert_true(units_convert(&ub, &uc, NAN, &s2, &o2));
                    assert_true(units_convert(&ua, &uc, NAN, &s3, &o3));
                    double two = (x * s1 + o1) * s2 + o2, one = x * s3 + o3;
                    if (fabs(two - one) > 1e-12 * (fabs(one) + fabs(o3)))
                        fail_msg("%s -> %s -> %s: %.17g, directly %.17g", groups[g][a], groups[g][b], groups[g][c], two,
                                 one);
                    if (a == b)
                        assert_true(s1 == 1 && o1 == 0);
                }
}

static void dimensions_keep_apart(void **unused)
{
    (void)unused;
    static const char *const units[] = { "K", "A", "V",  "W",   "ohm", "Ah",  "Wh", "s", "1/h",
                                         "1", "m", "kg", "mol", "Pa",  "S/m", "F",  "H" };
    enum { N = sizeof units / sizeof *units };
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            unit a = parsed(units[i]), b = parsed(units[j]);
            double s, o;
            assert_true(units_meet(&a, &b) == (i == j));
            assert_true(units_convert(&a, &b, 2.0, &s, &o) == (i == j));
        }
}

static void rates_meet_amperes(void **unused)
{
    (void)unused;
    unit rate = parsed("C-rate"), a = parsed("A"), ma = parsed("mA"), v = parsed("V"), hour = parsed("1/h");
    double s, o;
    assert_true(rate.rate && !hour.rate);
    assert_true(units_convert(&rate, &a, 2.0, &s, &o));
    near_to(0.5 * s + o, 1.0, "C/2 of 2 Ah");
    assert_true(units_convert(&ma, &rate, 2.0, &s, &o));
    near_to(1000 * s + o, 0.5, "1000 mA of 2 Ah");
    assert_false(units_convert(&rate, &a, NAN, &s, &o));
    assert_false(units_convert(&a, &rate, NAN, &s, &o));
    assert_false(units_convert(&rate, &v, 2.0, &s, &o));
    assert_false(units_convert(&hour, &a, 2.0, &s, &o));
}

static void names_in_files(void **unused)
{
    (void)unused;
    static const struct { const char *unit, *suffix;
    } cases[] = {
        { "Ah", "ah" },
        { "Wh", "wh" },
        { "V", "volt" },
        { "A", "ampere" },
        { "s", "second" },
        { "ohm", "ohm" },
        { "W", "watt" },
        { "degC", "celsius" },
        { "K", "kelvin" },
        { "1", "ratio" },
        { "", "" },
        { "1/h", "per_hour" },
        { "%", "percent" },
        { "m2/s", "metre2_per_second" },
        { "mol/m3", "mole_per_metre3" },
        { "J/(mol.K)", "joule_per_mole_kelvin" },
        { "mA", "milliampere" },
        { "mAh", "mah" },
        { "ohm.m^2", "ohm_metre2" },
        { "h", "hour" },
        { "Pa", "pascal" },
        { "s^-1", "secondm1" },
        { "C-rate", "per_hour" },
        { "kg", "kg" },
    };
    char out[48];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(units_suffix(cases[i].unit, out), strlen(cases[i].suffix));
        assert_string_equal(out, cases[i].suffix);
    }
    units_suffix("mol.mol.mol.mol.mol.mol.mol.mol.mol.mol.mol.mol.mol", out);
    assert_int_equal(strlen(out), 47);
    assert_string_equal(units_human("K"), "degC");
    assert_string_equal(units_human("A.s"), "Ah");
    assert_string_equal(units_human("coulomb"), "Ah");
    assert_string_equal(units_human("V"), "V");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {         /* what people read is the same quantity */
        unit a = parsed(cases[i].unit), b = parsed(units_human(cases[i].unit));
        assert_true(units_meet(&a, &b));
    }
}

/* Any text at all ends in a unit or a sentence. */
static void any_text_is_survived(void **unused)
{
    (void)unused;
    static const char bits[] = "mAhVKsdegC/().*^-0123456789 \xc2\xb0%kWoohm|eE+";
    unsigned seed = 12345;
    for (int i = 0; i < 50000; i++) {
        char made[24];
        size_t n = 0, length = (seed = seed * 1103515245u + 12345u) >> 16 & 15;
        while (n < length)
            made[n++] = bits[((seed = seed * 1103515245u + 12345u) >> 16) % (sizeof bits - 1)];
        made[n] = 0;
        unit u;
        double x = 0;
        why w = { 0 };
        int rc = units_parse(made, &u, &w);
        assert_true(rc == E_OK ? isfinite(u.scale) : rc == E_INPUT && w.text[0]);
        w = (why){ 0 };
        rc = units_quantity(made, "A|V", 2, &x, &w);
        assert_true(rc == E_OK || w.text[0]);
        char out[48];
        units_suffix(made, out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantities),
        cmocka_unit_test(wrong_quantities),
        cmocka_unit_test(conversions_are_a_groupoid),
        cmocka_unit_test(dimensions_keep_apart),
        cmocka_unit_test(rates_meet_amperes),
        cmocka_unit_test(names_in_files),
        cmocka_unit_test(any_text_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
