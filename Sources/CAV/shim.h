#pragma once
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>

// Macros that Swift's importer cannot read.

/// No timestamp.
static const int64_t CAV_NO_TIME = AV_NOPTS_VALUE;
/// The end of a file or of a decoder.
static const int CAV_END = AVERROR_EOF;
/// A decoder wants another packet first.
static const int CAV_AGAIN = AVERROR(EAGAIN);
/// An allocation failed.
static const int CAV_NO_MEMORY = AVERROR(ENOMEM);
/// A system error number in libav's own sign.
static inline int cav_error(int number) { return AVERROR(number); }

/// Refuses libav every further file: the one that a worker reads is given to it as bytes.
static inline int cav_refuse_file(AVFormatContext *context, AVIOContext **io, const char *url, int flags,
                                  AVDictionary **options) {
    (void)context, (void)io, (void)url, (void)flags, (void)options;
    return AVERROR(EPERM);
}
static inline void cav_refuse_files(AVFormatContext *context) { context->io_open = cav_refuse_file; }
