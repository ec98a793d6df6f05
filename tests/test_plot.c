/* SPDX-License-Identifier: MIT
 * test_plot.c - pictures by gnuplot: which lines, what the script says, files made whole, gnuplot absent or angry.
 */
#include "tests/result_rig.h"

#include "core/report/plot.h"
#include <sys/stat.h>

static bool has_gnuplot(void)
{
    return system("command -v gnuplot > /dev/null 2>&1") == 0;
}

static plot *gathered(result *const *r, size_t n, const plot_options *o)
{
    static plot p;
    why w = { 0 };
    if (plot_gather(r, n, o, &p, &w))
        fail_msg("%s", w.text);
    return &p;
}

static void capacities_are_markers_dashes_and_a_band(void **state)
{
    (void)state;
    result *r = made_result();
    plot *p = gathered(&r, 1, &(plot_options){ 0 });
    assert_string_equal(p->x, "Cycle");
    assert_string_equal(p->y, "Capacity / Ah");
    assert_string_equal(p->title, "made: B1");
    assert_non_null(strstr(text_of(&p->left_out), "made has 2 cells: drawn is B1"));
    static const struct { const char *name; int style, color;
    } expected[] = {
        { "measured", PLOT_POINTS, -1 },
        { "law", PLOT_DASHED, 0 },
        { "", PLOT_BAND, 1 },
        { "law+ridge", PLOT_SOLID, 1 },
    };
    assert_int_equal(p->n, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(p->series[i].name, expected[i].name);
        assert_int_equal(p->series[i].style, expected[i].style);
        assert_int_equal(p->series[i].color, expected[i].color);
    }
    double x, y, upper;
    size_t points = 0;
    for (size_t i = 0; i < r->rows.n; i++)
        points += plot_point(&p->series[3], i, &x, &y, &upper);
    assert_int_equal(points, 5);                        /* where the corrector is trained */
    assert_float_equal(p->least_x, 1, 0);
    assert_float_equal(p->most_x, 10, 0);
    assert_float_equal(p->most_y, 1.992, 1e-12);
    assert_float_equal(p->least_y, 1.89, 1e-12);
    assert_float_equal(p->eol, 1.6, 1e-12);
    text_free(&p->left_out);
    result_close(r);
}

static void columns_and_dates(void **state)
{
    (void)state;
    why w = { 0 };
    result *r = made_result();
    plot *p = gathered(&r, 1, &(plot_options){ .y = "soh", .x = "time", .title = "" });
    assert_string_equal(p->y, "State of Health");
    assert_string_equal(p->x, "Date");
    assert_string_equal(p->title, "");
    assert_true(p->time);
    static const struct { const char *name; int color, dash; } line[] = {      /* a colour a cell, a dash a model */
        { "B1: law", 0, 0 }, { "B1: law+ridge", 0, 1 }, { "B2: law", 1, 0 }, { "B2: law+ridge", 1, 1 },
    };
    assert_int_equal(p->n, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(p->series[i].name, line[i].name);
        assert_int_equal(p->series[i].color, line[i].color);
        assert_int_equal(p->series[i].dash, line[i].dash);
    }
    text t = { 0 };
    plot_script(p, &(plot_options){ 0 }, "d", "p.png", &t);
    assert_non_null(strstr(text_of(&t), "set xlabel 'Date from 2026 on'\nset xdata time\nset timefmt '%s'\n"
                                        "set format x '%m-%d %H:%M'"));
    text_free(&t);
    text_free(&p->left_out);
    static plot q;
    assert_int_equal(plot_gather(&r, 1, &(plot_options){ .y = "sho" }, &q, &w), E_INPUT);
    assert_non_null(strstr(w.text, "no column \"sho\" in made, did you mean \"soh_ratio\"?"));
    assert_int_equal(plot_gather(&r, 1, &(plot_options){ .x = "nothing like it" }, &q, &w), E_INPUT);
    text_free(&q.left_out);
    frame_free(&r->rows);
    assert_int_equal(plot_gather(&r, 1, &(plot_options){ 0 }, &q, &w), E_INPUT);
    assert_non_null(strstr(w.text, "made has nothing to draw: no row knows both a capacity and cycle"));
    result_close(r);
}

static void time_goes_by_in_years(void **state)
{
    (void)state;
    why w = { 0 };
    result *r = made_result();
    static plot q;
    assert_int_equal(plot_gather(&r, 1, &(plot_options){ .x = "years" }, &q, &w), E_INPUT);
    assert_non_null(strstr(w.text, "no column \"test_time\" in made"));
    text_free(&q.left_out);
    int at = frame_add_column(&r->rows, "test_time_second", "test_time", "s", "", &w);
    for (size_t i = 0; i < r->rows.n; i++)
        r->rows.col[at].v[i] = (double)r->rows.cycle[i] * 73 * 86400;
    plot *p = gathered(&r, 1, &(plot_options){ .x = "years", .y = "soh" });
    assert_string_equal(p->x, "Time / years");
    assert_float_equal(p->least_x, 0.2, 1e-12);
    assert_float_equal(p->most_x, 2, 1e-12);
    assert_false(p->time);
    text_free(&p->left_out);
    p = gathered(&r, 1, &(plot_options){ .y = "soh" });
    assert_string_equal(p->x, "Cycle");                 /* a date does not make a duty of it */
    text_free(&p->left_out);
    frame_add_column(&r->rows, "span_second", "span", "s", "", &w);
    frame_add_column(&r->rows, "count", "count", "", "", &w);
    p = gathered(&r, 1, &(plot_options){ .y = "soh" });
    assert_string_equal(p->x, "Time / years");          /* rows of a duty are no cycles */
    assert_float_equal(p->most_x, 2, 1e-12);
    text_free(&p->left_out);
    for (size_t i = 0; i < r->rows.n; i++)
        r->rows.col[at].v[i] /= 73;
    p = gathered(&r, 1, &(plot_options){ .y = "soh" });
    assert_string_equal(p->x, "Time / days");
    assert_float_equal(p->most_x, 10, 1e-12);
    text_free(&p->left_out);
    result_close(r);
}

static void several_results_share_what_was_measured(void **state)
{
    (void)state;
    result *r[2] = { made_result(), made_result() };
    free(r[1]->name);
    r[1]->name = mem_dup("other");
    plot *p = gathered(r, 2, &(plot_options){ 0 });
    assert_int_equal(p->n, 7);
    assert_string_equal(p->series[0].name, "made: measured");
    assert_string_equal(p->series[6].name, "other: law+ridge");
    assert_int_equal(p->series[6].color, 3);
    text_free(&p->left_out);
    r[1]->rows.col[0].v[0] += 1;                        /* another measurement */
    p = gathered(r, 2, &(plot_options){ 0 });
    assert_int_equal(p->n, 8);
    text_free(&p->left_out);
    result_close(r[0]);
    result_close(r[1]);
}

static void several_results_of_one_model_have_a_name_each(void **state)
{
    (void)state;
    why w = { 0 };
    result *made = made_result(), one[2] = { *made, *made };
    one[1].name = (char[]){ "other" };
    for (size_t i = 0; i < 2; i++) {
        one[i].rows = (frame){ 0 };
        assert_int_equal(frame_pick(&made->rows, 0, 1, &one[i].rows, &w), E_OK);
    }
    plot *p = gathered((result *[]){ &one[0], &one[1] }, 2, &(plot_options){ .y = "soh" });
    assert_int_equal(p->n, 2);
    assert_string_equal(p->series[0].name, "made");
    assert_string_equal(p->series[1].name, "other");
    text_free(&p->left_out);
    frame_free(&one[0].rows);
    frame_free(&one[1].rows);
    result_close(made);
}

static void several_cells_of_one_model_have_a_colour_each(void **state)
{
    (void)state;
    why w = { 0 };
    result *r = made_result(), one = *r, *list = &one;
    one.rows = (frame){ 0 };
    assert_int_equal(frame_pick(&r->rows, -1, 1, &one.rows, &w), E_OK);
    plot *p = gathered(&list, 1, &(plot_options){ 0 });
    assert_string_equal(p->title, "made: law+ridge");
    assert_int_equal(p->left_out.n, 0);
    assert_int_equal(p->n, 8);
    assert_string_equal(p->series[0].name, "");         /* the line speaks for its cell */
    assert_string_equal(p->series[3].name, "B1");
    assert_string_equal(p->series[7].name, "B2");
    assert_int_equal(p->series[4].color, 1);
    frame_free(&one.rows);
    result_close(r);
}

static void a_sweep_is_a_cloud(void **state)
{
    (void)state;
    why w = { 0 };
    result *r = made_result();
    r->cases = true;
    static plot q;
    assert_int_equal(plot_gather(&r, 1, &(plot_options){ 0 }, &q, &w), E_USAGE);
    assert_non_null(strstr(w.text, "--x and --y"));
    plot *p = gathered(&r, 1, &(plot_options){ .x = "soh", .y = "capacity" });
    assert_int_equal(p->n, 2);
    assert_int_equal(p->series[0].style, PLOT_POINTS);
    assert_string_equal(p->series[1].name, "law+ridge");
    assert_string_equal(p->x, "State of Health");
    text_free(&p->left_out);
    result_close(r);
}

static void a_sweep_has_a_line_for_each_level(void **state)
{
    (void)state;
    why w = { 0 };
    result *r = made_result();
    r->cases = true;
    int at = frame_add_column(&r->rows, "source.temperature_mean", "source.temperature_mean", "K", "axis", &w);
    for (size_t i = 0; i < r->rows.n; i++)
        r->rows.col[at].v[i] = r->rows.cycle[i] % 2 ? 298.15 : 273.15;
    plot_options o = { .x = "capacity", .y = "soh", .by = "source.temperature_mean" };
    plot *p = gathered(&r, 1, &o);
    assert_int_equal(p->n, 4);                          /* of each word, colder first */
    assert_string_equal(p->series[0].name, "law, temperature_mean 0 degC");
    assert_string_equal(p->series[1].name, "law, temperature_mean 25 degC");
    assert_string_equal(p->series[3].name, "law+ridge, temperature_mean 25 degC");
    double x, y, upper;
    for (size_t i = 0; i < r->rows.n; i++)
        if (plot_point(&p->series[1], i, &x, &y, &upper))
            assert_int_equal(r->rows.cycle[i] % 2, 1);
    text t = { 0 };
    plot_script(p, &o, "d", "p.svg", &t);
    assert_non_null(strstr(text_of(&t), "'d' index 3 using 1:2 smooth unique with linespoints"));
    text_free(&t);
    text_free(&p->left_out);
    p = gathered(&r, 1, &(plot_options){ .x = "capacity", .y = "soh", .by = "variant" });
    assert_int_equal(p->n, 2);
    assert_int_equal(p->series[1].style, PLOT_MEANS);
    text_free(&p->left_out);
    free(r->rows.col[at].doc); /* an axis is called as the plugin calls it, in the unit of people */
    r->rows.col[at].doc = mem_dup("Mean temperature of the cell.");
    p = gathered(&r, 1, &(plot_options){ .x = "source.temperature_mean", .y = "soh" });
    assert_string_equal(p->x, "Mean temperature of the cell / degC");
    assert_true(fabs(p->least_x) < 1e-9 && fabs(p->most_x - 25) < 1e-9);
    text_free(&p->left_out);
    static plot q;
    assert_int_equal(plot_gather(&r, 1, &(plot_options){ .x = "capacity", .y = "soh", .by = "sho" }, &q, &w), E_INPUT);
    text_free(&q.left_out);
    result_close(r);
}

static void health_shows_where_it_ends(void **state)
{
    (void)state;
    result *r = made_result();
    plot *p = gathered(&r, 1, &(plot_options){ .y = "soh_ratio" });
    assert_float_equal(p->eol, 0.8, 0);
    assert_string_equal(p->eol_name, "end of life, 80 %");
    text_free(&p->left_out);
    p = gathered(&r, 1, &(plot_options){ .y = "capacity" });
    assert_true(isnan(p->eol));
    text_free(&p->left_out);
    result_close(r);
}

/* There are seven colours; what comes behind them is told apart by dashes, and named on the right. */
static void many_lines_are_told_apart(void **state)
{
    (void)state;
    result *r = made_result();
    plot *p = gathered(&r, 1, &(plot_options){ .y = "soh" });
    for (; p->n < 15; p->n++) {
        p->series[p->n] = p->series[0];
        p->series[p->n].color = (int)p->n;
    }
    text t = { 0 };
    plot_script(p, &(plot_options){ 0 }, "d", "p.svg", &t);
    assert_non_null(strstr(text_of(&t), "index 6 using 1:2 with lines lw 1.8 lc rgb '#000000'"));
    assert_non_null(strstr(text_of(&t), "index 7 using 1:2 with lines lw 1.8 dt (9,4) lc rgb '#0072B2'"));
    assert_non_null(strstr(text_of(&t), "index 14 using 1:2 with lines lw 1.8 dt (2,3) lc rgb '#0072B2'"));
    assert_non_null(strstr(text_of(&t), "set key rmargin top vertical"));
    text_free(&t);
    text_free(&p->left_out);
    result_close(r);
}

static void scripts_are_quoted(void **state)
{
    (void)state;
    result *r = made_result();
    plot *p = gathered(&r, 1, &(plot_options){ .title = "it's\n`x`" });
    text t = { 0 };
    p->eol = 1.95;
    plot_script(p, &(plot_options){ .width = 8, .height = 5 }, "d.dat", "p.svg", &t);
    const char *said = text_of(&t);
    assert_non_null(strstr(said, "if (!exists('fade_out')) fade_out = 'p.svg'\nset terminal svg size 768,480 "));
    assert_non_null(strstr(said, "set title 'it''s `x`'\n"));
    assert_non_null(strstr(said, "set xrange [0.82:10.18]\n"));
    assert_non_null(strstr(said, "plot 'd.dat' index 2 using 1:2:3 with filledcurves"));       /* the band lies below */
    assert_non_null(strstr(said, "index 1 using 1:2 with lines lw 1.6 dt (7,4) lc rgb '#0072B2' title 'law'"));
    assert_non_null(strstr(said, "1.95 with lines lw 1 dt (2,3) lc rgb '#606060' title 'end of life, SoH 80 %'\n"));
    text_free(&t);
    plot_data(p, &t);
    assert_true(text_starts(text_of(&t), "# measured\n1 1.99\n2 1.98\n4 1.96\n"));
    assert_non_null(strstr(text_of(&t), "\n\n\n# \n6 1.93 1.952\n"));
    text_free(&t);
    text_free(&p->left_out);
    result_close(r);
}

static void a_small_picture_has_no_room_for_the_legend(void **state)
{
    (void)state;
    result *r = made_result();
    plot *p = gathered(&r, 1, &(plot_options){ .y = "soh" });
    text t = { 0 };
    plot_script(p, &(plot_options){ .width = 12, .height = 8 }, "d", "p.svg", &t);
    assert_non_null(strstr(text_of(&t), "set key opaque top right"));
    text_free(&t);
    plot_script(p, &(plot_options){ .width = 1.5, .height = 1 }, "d", "p.svg", &t);
    assert_non_null(strstr(text_of(&t), "set key bmargin"));
    assert_non_null(strstr(text_of(&t), "svg size 144,96 "));
    text_free(&t);
    memset(p->series[0].name, 'x', 60);
    plot_script(p, &(plot_options){ 0 }, "d", "p.svg", &t);             /* is higher by a line and four names */
    assert_non_null(strstr(text_of(&t), "svg size 576,475 "));
    text_free(&t);
    text_free(&p->left_out);
    result_close(r);
}

static void pictures_are_made(void **state)
{
    (void)state;
    static const struct { const char *name, *magic; } kinds[] = {
        { "p.svg", "<?xml" }, { "p.png", "\x89PNG" }, { "p.pdf", "%PDF" }
    };
    if (!has_gnuplot())
        skip();
    result *r = made_result();
    for (size_t i = 0; i < 3; i++) {
        why w = { 0 };
        text left = { 0 };
        const char *path = made_path(kinds[i].name);
        if (plot_file(&r, 1, &(plot_options){ .keep = i == 0, .left_out = &left }, path, &w))
            fail_msg("%s", w.text);
        assert_non_null(strstr(text_of(&left), "drawn is B1"));
        char *made = made_read(path);
        assert_memory_equal(made, kinds[i].magic, strlen(kinds[i].magic));
        free(made);
        text_free(&left);
    }
    assert_true(file_exists(made_path("p.svg.dat")));
    assert_true(file_exists(made_path("p.svg.gp")));
    char command[256];                                  /* what is kept draws the same again */
    snprintf(command, sizeof command, "cd %s && cp p.svg first.svg && gnuplot p.svg.gp && cmp p.svg first.svg",
             made_folder);
    assert_int_equal(system(command), 0);
    assert_false(file_exists(made_path("p.png.gp")));
    result_close(r);
}

/* A gnuplot of our own in PATH. */
static void another_gnuplot(const char *script)
{
    why w = { 0 };
    char path[300];
    assert_int_equal(file_mkdirs(made_path("bin"), &w), E_OK);
    unlink(made_path("bin/gnuplot"));
    if (script)
        chmod(made_file("bin/gnuplot", script), 0755);
    snprintf(path, sizeof path, "%s/bin", made_folder);
    setenv("PATH", path, 1);
}

static void a_gnuplot_that_fails_is_heard(void **state)
{
    (void)state;
    why w = { 0 };
    result *r = made_result();
    char *path = mem_dup(getenv("PATH"));
    char picture[300];
    snprintf(picture, sizeof picture, "%s/q.png", made_folder);
    plot_options o = { 0 };
    another_gnuplot(NULL);
    int absent = plot_file(&r, 1, &o, picture, &w);
    why said = w;
    another_gnuplot("#!/bin/sh\necho 'line 1' >&2\necho '   ^ undefined function: f  ' >&2\nexit 1\n");
    int angry = plot_file(&r, 1, &o, picture, &w);
    why complaint = w;
    another_gnuplot("#!/bin/sh\nexit 0\n");
    int idle = plot_file(&r, 1, &o, picture, &w);
    why silence = w;
    another_gnuplot("#!/bin/sh\nkill -9 $$\n");
    int killed = plot_file(&r, 1, &o, picture, &w);
    setenv("PATH", path, 1);
    free(path);
    assert_int_equal(absent, E_FAILED);
    assert_non_null(strstr(said.text, "gnuplot is not there: `apt-get install gnuplot-nox` brings it"));
    assert_int_equal(angry, E_FAILED);
    assert_string_equal(complaint.text, "gnuplot made no picture: undefined function: f");
    assert_int_equal(idle, E_FAILED);
    assert_string_equal(silence.text, "gnuplot made no picture: it does not say why");
    assert_int_equal(killed, E_FAILED);
    assert_string_equal(w.text, "gnuplot was ended by signal 9");
    assert_false(file_exists(picture));
    assert_int_equal(plot_file(&r, 1, &o, "x.gif", &w), E_USAGE);
    assert_string_equal(w.text, "x.gif: the name must end in .svg, .png or .pdf");
    result_close(r);
}

/* Seven names are six tenths of a picture high: a corner that is free only above half of it has no room for them. */
static void a_legend_is_as_high_as_its_names(void **state)
{
    (void)state;
    static const double y[] = { 1, 0.99, 0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0 };
    why w = { 0 };
    frame f = { 0 };
    static plot p;
    text t = { 0 };
    int soh = frame_add_column(&f, "soh_ratio", "soh", "1", "", &w);
    for (size_t i = 0, at; i < sizeof y / sizeof *y; i++) {
        assert_int_equal(frame_add_row(&f, "B1", "law", (int64_t)i, INT64_MIN, &at, &w), E_OK);
        f.col[soh].v[at] = y[i];
    }
    p = (plot){ .n = 7, .least_x = 0, .most_x = 10, .least_y = 0, .most_y = 1, .eol = NAN };
    for (size_t i = 0; i < p.n; i++) {
        p.series[i] =
            (plot_series){ .style = PLOT_SOLID, .f = &f, .x = PLOT_X_CYCLE, .y = soh, .upper = -1, .since = -1 };
        snprintf(p.series[i].name, PLOT_NAME, "law %zu", i);
    }
    plot_script(&p, &(plot_options){ .y = "soh" }, "d", "p.svg", &t);
    assert_null(strstr(text_of(&t), "opaque"));
    text_free(&t);
    p.n = 4;
    plot_script(&p, &(plot_options){ .y = "soh" }, "d", "p.svg", &t);
    assert_non_null(strstr(text_of(&t), "set key opaque top right"));
    text_free(&t);
    frame_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_legend_is_as_high_as_its_names), cmocka_unit_test(capacities_are_markers_dashes_and_a_band),
        cmocka_unit_test(columns_and_dates),
        cmocka_unit_test(time_goes_by_in_years),
        cmocka_unit_test(several_results_share_what_was_measured),
        cmocka_unit_test(several_results_of_one_model_have_a_name_each),
        cmocka_unit_test(several_cells_of_one_model_have_a_colour_each),
        cmocka_unit_test(a_sweep_is_a_cloud),
        cmocka_unit_test(a_sweep_has_a_line_for_each_level),
        cmocka_unit_test(health_shows_where_it_ends),
        cmocka_unit_test(many_lines_are_told_apart),
        cmocka_unit_test(scripts_are_quoted),
        cmocka_unit_test(a_small_picture_has_no_room_for_the_legend),
        cmocka_unit_test(pictures_are_made),
        cmocka_unit_test(a_gnuplot_that_fails_is_heard),
    };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
