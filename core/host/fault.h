/* SPDX-License-Identifier: MIT
 * fault.h - makes one loaded library's own allocations fail or be counted, by changing where its calls go.
 *
 * Only calls made by the library's own code are met; what libc and other libraries allocate is not.  For the checker's processes:
 * the change is to the running process and stays.
 */
#ifndef FADE_HOST_FAULT_H
#define FADE_HOST_FAULT_H
#include "core/base/why.h"
#include <stdbool.h>

int fault_open(const char *path, why *w);         /* redirects; E_FAILED: not loaded, or a machine this cannot be done on */
void fault_arm(long k);                           /* the k-th allocation from now on fails; 0: none.  Sets the counts to 0 */
long fault_count(void);                           /* allocations since fault_arm */
long fault_live(void);                            /* those not freed yet */
#endif
