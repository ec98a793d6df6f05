/* SPDX-License-Identifier: MIT
 * load-thread.c - starts a thread when it is loaded.
 */
#include <pthread.h>
#include <unistd.h>
#include "zoo.h"
static void *wait_long(void *p)
{
    sleep(100);
    return p;
}
static void __attribute__((constructor)) begin(void)
{
    pthread_t t;
    pthread_create(&t, NULL, wait_long, NULL);
}
