/* SPDX-License-Identifier: MIT
 * sha256.h - SHA-256 in pieces; whole files and texts are file_sha256's.
 */
#ifndef FADE_BASE_SHA256_H
#define FADE_BASE_SHA256_H
#include <stddef.h>
#include <stdint.h>

typedef struct sha256 {
    uint32_t h[8];
    uint64_t n;                                   /* bytes so far */
    uint8_t  tail[64];
} sha256;
void sha256_start(sha256 *);
void sha256_add(sha256 *, const void *, size_t n);
void sha256_end(sha256 *, char hex[65]);          /* once */
#endif
