// The least that a station's audio costs: libav decodes and resamples the files, libvorbis encodes the result, nothing
// else. No mix, no gain, no limiter, no titles, no pages, no listeners, no second process; one thread.
//
// usage: floor [--paced] FILE...
//
// --paced works through the audio in real time, block by block, as a station does: processors are dearer then, because
// they sleep and forget in between. The audio begins again at its end, until somebody ends the process.
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswresample/swresample.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <vorbis/vorbisenc.h>

enum { RATE = 44100, BLOCK = 1024 };

static vorbis_info info;
static vorbis_dsp_state analysis;
static vorbis_block block;
static float pending[2][BLOCK];
static int filled;
static long frames, bytes;
static int paced;
static struct timespec start;

static void check(int ok, const char *what) {
    if (ok) return;
    fprintf(stderr, "floor: %s failed\n", what);
    exit(1);
}

static void encode(int count) {
    float **buffer = vorbis_analysis_buffer(&analysis, count);
    for (int channel = 0; channel < 2; channel++) memcpy(buffer[channel], pending[channel], count * sizeof(float));
    vorbis_analysis_wrote(&analysis, count);
    ogg_packet packet;
    while (vorbis_analysis_blockout(&analysis, &block) == 1) {
        check(vorbis_analysis(&block, &packet) == 0, "vorbis_analysis");
        bytes += packet.bytes;
    }
    frames += count;
    filled = 0;
    if (!paced) return;
    long long due = start.tv_sec * 1000000000LL + start.tv_nsec + frames * 1000000000LL / RATE;
    struct timespec until = {.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static void take(float *const planes[2], int count) {
    for (int done = 0; done < count;) {
        int part = count - done < BLOCK - filled ? count - done : BLOCK - filled;
        for (int channel = 0; channel < 2; channel++) {
            memcpy(pending[channel] + filled, planes[channel] + done, part * sizeof(float));
        }
        filled += part;
        done += part;
        if (filled == BLOCK) encode(BLOCK);
    }
}

static void play(const char *path) {
    AVFormatContext *container = NULL;
    check(avformat_open_input(&container, path, NULL, NULL) == 0, path);
    check(avformat_find_stream_info(container, NULL) >= 0, path);
    const AVCodec *codec;
    int number = av_find_best_stream(container, AVMEDIA_TYPE_AUDIO, -1, -1, &codec, 0);
    check(number >= 0, path);
    AVCodecContext *decoder = avcodec_alloc_context3(codec);
    avcodec_parameters_to_context(decoder, container->streams[number]->codecpar);
    decoder->pkt_timebase = container->streams[number]->time_base;
    decoder->thread_count = 1;
    check(avcodec_open2(decoder, codec, NULL) == 0, path);
    AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
    SwrContext *resampler = NULL;
    swr_alloc_set_opts2(&resampler, &stereo, AV_SAMPLE_FMT_FLTP, RATE, &decoder->ch_layout, decoder->sample_fmt,
                        decoder->sample_rate, 0, NULL);
    check(swr_init(resampler) == 0, "swr_init");

    static float left[1 << 16], right[1 << 16];
    float *planes[2] = {left, right};
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    for (int more = 1; more;) {
        more = av_read_frame(container, packet) == 0;
        if (!more || packet->stream_index == number) {
            avcodec_send_packet(decoder, more ? packet : NULL);
            while (avcodec_receive_frame(decoder, frame) == 0) {
                take(planes, swr_convert(resampler, (uint8_t **)planes, 1 << 16, (const uint8_t **)frame->extended_data,
                                         frame->nb_samples));
            }
        }
        av_packet_unref(packet);
    }
    take(planes, swr_convert(resampler, (uint8_t **)planes, 1 << 16, NULL, 0));
    av_packet_free(&packet);
    av_frame_free(&frame);
    swr_free(&resampler);
    avcodec_free_context(&decoder);
    avformat_close_input(&container);
}

int main(int count, char **arguments) {
    paced = count > 1 && strcmp(arguments[1], "--paced") == 0;
    clock_gettime(CLOCK_MONOTONIC, &start);
    av_log_set_level(AV_LOG_QUIET);
    vorbis_info_init(&info);
    check(vorbis_encode_init_vbr(&info, 2, RATE, 0.5) == 0, "vorbis_encode_init_vbr");
    vorbis_analysis_init(&analysis, &info);
    vorbis_block_init(&analysis, &block);
    do {
        for (int file = 1 + paced; file < count; file++) play(arguments[file]);
    } while (paced);
    encode(filled);
    printf("%ld frames, %ld bytes\n", frames, bytes);
}
