#pragma once
#include <zlib.h>

/* Swift does not import function-like macros. */
static inline int prodworthy_inflateInit2(z_stream *stream, int windowBits) { return inflateInit2(stream, windowBits); }
