#pragma once
#include <dlfcn.h>
#include <libavcodec/avcodec.h>
#include <libavdevice/avdevice.h>
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

/// Loads libavdevice, and has libavformat know its devices. It is not linked: it brings a hundred and more libraries
/// along, which a worker that decodes shall neither wait for nor have within its walls. NULL where it is not installed.
static inline void *cav_load_devices(void) {
    void *library = dlopen("libavdevice.so." AV_STRINGIFY(LIBAVDEVICE_VERSION_MAJOR), RTLD_NOW | RTLD_LOCAL);
    void (*announce)(void) = library ? (void (*)(void))dlsym(library, "avdevice_register_all") : NULL;
    if (announce) announce();
    return announce ? library : NULL;
}
/// Lists the sources of one of the loaded library's formats; to be freed by `cav_free_devices`. NULL when it cannot.
static inline AVDeviceInfoList *cav_list_devices(void *library, const AVInputFormat *format) {
    int (*list)(const AVInputFormat *, const char *, AVDictionary *, AVDeviceInfoList **) =
        (int (*)(const AVInputFormat *, const char *, AVDictionary *, AVDeviceInfoList **))dlsym(
            library, "avdevice_list_input_sources");
    AVDeviceInfoList *found = NULL;
    return list && list(format, NULL, NULL, &found) >= 0 ? found : NULL;
}
static inline void cav_free_devices(void *library, AVDeviceInfoList *found) {
    void (*release)(AVDeviceInfoList **) =
        (void (*)(AVDeviceInfoList **))dlsym(library, "avdevice_free_list_devices");
    if (release) release(&found);
}
