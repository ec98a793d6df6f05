/* SPDX-License-Identifier: MIT
 * study.c - the table through which the engine reaches the study room.
 */
#include "core/study/study.h"
#include "core/study/model_work.h"

const engine_study *study_table(void)
{
    static const engine_study table = {
        .train = train_corrector, .load = model_correction, .score_open = score_open, .score_row = score_row,
        .score_end = score_end, .score_save = score_save, .score_load = score_load, .score_close = score_close,
    };
    return &table;
}
