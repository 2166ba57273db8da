// A crowd of listeners to endless streams of Ogg on this machine: one thread, one epoll, some thousands of connections.
//
// usage: crowd PORT SECONDS [tls]
//
// Takes a command from each line of standard input, and answers each with a line of JSON when it is done:
//
//   join COUNT RATE PATH    as many listeners come, RATE a second; done when all have got audio or 10 s after the last
//   stall COUNT RATE PATH   the same with listeners that ask and then read nothing; done when all have asked
//   mark                    a period begins
//   report                  what the period has shown
//
// With `tls` every connection is encrypted, and whose certificate it is does not matter. Titles between the bytes, where a
// PATH asks for them, are taken out again. It ends with its input, and in any case after SECONDS. That it is not the
// bottleneck itself is seen from its share of a processor and from the lag of a timer of its own, both in every report.
//
// A player is taken to begin with its first page of audio and to play on from there: one whose next page comes after
// what it has got is played is starved. A page is late by how much later it came than its place in the audio says,
// counted from the most punctual page of the period; only the last page of what arrives at once counts, for it alone
// was sent as soon as it was there.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { RATE = 44100, PATIENCE = 10, EVENTS = 512, MOST_LATENESSES = 1 << 22 };
static const double TIMER = 0.005; // seconds

enum state { CONNECTING, ASKED, HEARING, STALLED, REFUSED, LOST, THROWN_OUT };

struct listener {
    int line;
    SSL *tls;
    enum state state;
    uint8_t matched;         // bytes of the empty line behind the response's head
    uint8_t named;           // bytes of the field in it that tells the interval
    uint32_t interval;       // between two blocks of titles; 0 for none
    uint32_t until, block;   // bytes to the next of them, and of one under way
    uint8_t page[27 + 255];  // the head of the page under way
    uint16_t have;
    uint32_t body;           // bytes of it still to come
    uint32_t next;           // the number of the next page
    int64_t first, granule;  // of the first page of audio, and of the last one
    double begun, heard;     // when it began to connect, and when the first page of audio was whole
    double came;             // when something came last
    // Since the period began:
    uint64_t bytes;
    uint32_t holes;
    float gap, reserve;      // the longest between two arrivals, and the least audio in hand
};

static struct listener *listeners;
static int count, capacity, epoll, timer;
static struct sockaddr_in server;
static SSL_CTX *context;

// The period.
static double marked, processor;
static double *latenesses;
static int lateness_count;
static double *lags;
static int lag_count, lag_capacity;

static void check(int good, const char *what) {
    if (good) return;
    fprintf(stderr, "crowd: %s (%s)\n", what, strerror(errno));
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static double own_processor(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static int ascending(const void *a, const void *b) {
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

// Sorts the values in place; 0.5 is the median and 1 the largest.
static double part(double *values, int number, double where) {
    if (number == 0) return 0;
    qsort(values, number, sizeof *values, ascending);
    int index = ceil(where * number) - 1;
    return values[index < 0 ? 0 : index];
}

static void leave(struct listener *listener, enum state state) {
    listener->state = state;
    epoll_ctl(epoll, EPOLL_CTL_DEL, listener->line, NULL);
    SSL_free(listener->tls);
    listener->tls = NULL;
    close(listener->line);
}

// MARK: What comes

static void page_is_whole(struct listener *listener, double time) {
    uint32_t number, flags = listener->page[5];
    int64_t granule;
    memcpy(&number, listener->page + 18, 4);
    memcpy(&granule, listener->page + 6, 8);
    if (flags & 2) { // a stream begins: so does the count
        listener->next = number + 1;
        return;
    }
    // The one gap of a listener is the one between the headers and where it came in.
    int joined = listener->granule > 0;
    if (joined && number != listener->next) listener->holes++;
    listener->next = number + 1;
    if (granule <= 0) return;
    if (listener->state == ASKED) {
        listener->state = HEARING;
        listener->heard = time;
        listener->first = granule;
    } else {
        double played = time - listener->heard, got = (double)(listener->granule - listener->first) / RATE;
        if (got - played < listener->reserve) listener->reserve = got - played;
    }
    listener->granule = granule;
}

static void take_stream(struct listener *listener, const uint8_t *bytes, size_t length, double time) {
    while (length > 0) {
        if (listener->body > 0) {
            uint32_t skipped = length < listener->body ? length : listener->body;
            listener->body -= skipped;
            bytes += skipped, length -= skipped;
            if (listener->body == 0) page_is_whole(listener, time);
            continue;
        }
        int whole = listener->have < 27 ? 27 : 27 + listener->page[26];
        listener->page[listener->have++] = *bytes++, length--;
        if (listener->have == 4 && memcmp(listener->page, "OggS", 4) != 0) return leave(listener, REFUSED);
        if (listener->have < whole || listener->have < 27 + listener->page[26]) continue;
        for (int segment = 0; segment < listener->page[26]; segment++) listener->body += listener->page[27 + segment];
        listener->have = 0;
        if (listener->body == 0) page_is_whole(listener, time);
    }
}

static void take_head(struct listener *listener, uint8_t byte) {
    static const char end[] = "\r\n\r\n", field[] = "icy-metaint:";
    listener->matched = byte == end[listener->matched] ? listener->matched + 1 : byte == '\r';
    if (listener->named < sizeof field - 1) {
        listener->named = byte == field[listener->named] ? listener->named + 1 : byte == field[0];
    } else if (byte >= '0' && byte <= '9') {
        listener->interval = listener->interval * 10 + byte - '0';
    } else if (byte != ' ') {
        listener->named = 0;
    }
    listener->until = listener->interval;
}

static void take(struct listener *listener, const uint8_t *bytes, size_t length, double time) {
    while (length > 0 && listener->matched < 4) take_head(listener, *bytes++), length--;
    if (listener->interval == 0) return take_stream(listener, bytes, length, time);
    while (length > 0 && (listener->state == ASKED || listener->state == HEARING)) {
        uint32_t *rest = listener->block > 0 ? &listener->block : &listener->until;
        uint32_t part = length < *rest ? length : *rest;
        if (rest == &listener->until && part == 0) {
            listener->block = *bytes++ * 16, length--;
            listener->until = listener->interval;
            continue;
        }
        if (rest == &listener->until) take_stream(listener, bytes, part, time);
        *rest -= part;
        bytes += part, length -= part;
    }
}

// What has come, as recv gives it.
static ssize_t receive(struct listener *listener, uint8_t *bytes, size_t size) {
    if (!listener->tls) return recv(listener->line, bytes, size, 0);
    size_t got = 0;
    int length = 0;
    while (got < size && (length = SSL_read(listener->tls, bytes + got, size - got)) > 0) got += length;
    if (got > 0) return got;
    errno = EAGAIN;
    return SSL_get_error(listener->tls, length) == SSL_ERROR_WANT_READ ? -1 : 0;
}

static void hear(struct listener *listener) {
    static uint8_t bytes[1 << 18];
    ssize_t length = receive(listener, bytes, sizeof bytes);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (length <= 0) return leave(listener, listener->state == HEARING ? LOST : REFUSED);
    double time = now();
    if (listener->state == HEARING && time - listener->came > listener->gap) listener->gap = time - listener->came;
    listener->came = time;
    listener->bytes += length;
    int was_hearing = listener->state == HEARING;
    take(listener, bytes, length, time);
    int is_between = listener->state == HEARING && listener->body == 0 && listener->have == 0;
    if (was_hearing && is_between && length < (ssize_t)sizeof bytes && marked > 0 && lateness_count < MOST_LATENESSES) {
        latenesses[lateness_count++] = time - (double)listener->granule / RATE;
    }
}

static void ask(struct listener *listener, const char *path, int stalls) {
    char request[256];
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n", path);
    int sent = listener->tls ? SSL_write(listener->tls, request, length)
                             : send(listener->line, request, length, MSG_NOSIGNAL);
    if (sent != length) return leave(listener, REFUSED);
    listener->state = stalls ? STALLED : ASKED;
    struct epoll_event event = {.events = stalls ? 0 : EPOLLIN, .data.ptr = listener};
    epoll_ctl(epoll, EPOLL_CTL_MOD, listener->line, &event);
}

// Shakes hands first, where the line is to be encrypted.
static void greet(struct listener *listener, const char *path, int stalls) {
    if (!context) return ask(listener, path, stalls);
    if (!listener->tls) {
        listener->tls = SSL_new(context);
        SSL_set_fd(listener->tls, listener->line);
    }
    int code = SSL_connect(listener->tls);
    if (code == 1) return ask(listener, path, stalls);
    int wish = SSL_get_error(listener->tls, code);
    if (wish != SSL_ERROR_WANT_READ && wish != SSL_ERROR_WANT_WRITE) return leave(listener, REFUSED);
    struct epoll_event event = {.events = wish == SSL_ERROR_WANT_READ ? EPOLLIN : EPOLLOUT, .data.ptr = listener};
    epoll_ctl(epoll, EPOLL_CTL_MOD, listener->line, &event);
}

static void turn(int wait, const char *path, int stalls) {
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(epoll, events, EVENTS, wait);
    for (int index = 0; index < ready; index++) {
        struct listener *listener = events[index].data.ptr;
        if (!listener) {
            uint64_t times;
            struct itimerspec rest;
            if (read(timer, &times, sizeof times) != sizeof times) continue;
            timerfd_gettime(timer, &rest);
            // From when the first of the times was due.
            double lag = times * TIMER - (rest.it_value.tv_sec + rest.it_value.tv_nsec / 1e9);
            if (lag_count < lag_capacity) lags[lag_count++] = lag;
            continue;
        }
        switch (listener->state) {
        case CONNECTING:
            if (events[index].events & (EPOLLERR | EPOLLHUP)) leave(listener, REFUSED);
            else greet(listener, path, stalls);
            break;
        case ASKED:
        case HEARING: hear(listener); break;
        case STALLED:
            if (events[index].events & (EPOLLERR | EPOLLHUP)) leave(listener, THROWN_OUT);
            break;
        case REFUSED:
        case LOST:
        case THROWN_OUT: break;
        }
    }
}

// MARK: Commands

static void begin(struct listener *listener) {
    *listener = (struct listener){.begun = now(), .state = CONNECTING, .reserve = INFINITY};
    listener->line = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    check(listener->line >= 0, "socket");
    // Goes at once when it goes, and leaves no port behind that must be waited for.
    setsockopt(listener->line, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
    setsockopt(listener->line, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    int code = connect(listener->line, (struct sockaddr *)&server, sizeof server);
    check(code == 0 || errno == EINPROGRESS, "connect");
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = listener};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener->line, &event);
}

static void join(int number, double rate, const char *path, int stalls) {
    errno = EMFILE;
    check(count + number <= capacity, "so many listeners");
    int first = count;
    double start = now(), last = start;
    for (;;) {
        double time = now();
        while (count < first + number && (count - first) / rate <= time - start) {
            begin(&listeners[count++]);
            last = time;
            if ((count - first) % 16 == 0) break; // Those who are there have their turn.
        }
        turn(1, path, stalls);
        if (count < first + number) continue;
        int waiting = 0;
        for (int index = first; index < count; index++) {
            waiting += listeners[index].state == CONNECTING || listeners[index].state == ASKED;
        }
        if (waiting == 0 || time > last + PATIENCE) break;
    }
    double *waits = calloc(number, sizeof *waits);
    int heard = 0, refused = 0;
    for (struct listener *listener = listeners + first; listener < listeners + count; listener++) {
        if (listener->state == HEARING) waits[heard++] = (listener->heard - listener->begun) * 1000;
        if (listener->state == REFUSED) refused++;
    }
    printf("{\"asked\": %d, \"heard\": %d, \"refused\": %d, \"seconds\": %.2f, ", number, heard, refused, now() - start);
    printf("\"median\": %.2f, \"p99\": %.2f, \"most\": %.2f}\n", part(waits, heard, 0.5), part(waits, heard, 0.99),
           part(waits, heard, 1));
    free(waits);
}

static void mark(void) {
    lateness_count = lag_count = 0;
    for (struct listener *listener = listeners; listener < listeners + count; listener++) {
        listener->bytes = listener->holes = 0;
        listener->gap = 0;
        listener->reserve = INFINITY;
    }
    processor = own_processor();
    marked = now();
    printf("{}\n");
}

static void report(void) {
    double time = now(), own = (own_processor() - processor) / (time - marked), gap = 0, reserve = INFINITY;
    int hearing = 0, lost = 0, starved = 0, stalled = 0;
    uint64_t bytes = 0, least = UINT64_MAX, holes = 0;
    for (struct listener *listener = listeners; listener < listeners + count; listener++) {
        stalled += listener->state == STALLED;
        lost += listener->state == LOST;
        if (listener->state != HEARING) continue;
        double silence = time - listener->came;
        double rest = (double)(listener->granule - listener->first) / RATE - (time - listener->heard);
        hearing++;
        bytes += listener->bytes;
        holes += listener->holes;
        if (listener->bytes < least) least = listener->bytes;
        gap = fmax(gap, fmax(listener->gap, silence));
        double low = fmin(rest, listener->reserve);
        reserve = fmin(reserve, low);
        starved += low < 0;
    }
    double most_punctual = INFINITY;
    for (int index = 0; index < lateness_count; index++) most_punctual = fmin(most_punctual, latenesses[index]);
    for (int index = 0; index < lateness_count; index++) latenesses[index] = (latenesses[index] - most_punctual) * 1000;
    printf("{\"seconds\": %.3f, \"hearing\": %d, \"stalled\": %d, \"lost\": %d, \"starved\": %d, \"holes\": %lu, ",
           time - marked, hearing, stalled, lost, starved, holes);
    printf("\"bytes\": %lu, \"least\": %lu, \"gap\": %.3f, \"reserve\": %.3f, ", bytes, hearing ? least : 0, gap,
           hearing ? reserve : 0);
    printf("\"late\": %.1f, \"late_p99\": %.1f, \"late_most\": %.1f, \"arrivals\": %d, ",
           part(latenesses, lateness_count, 0.5), part(latenesses, lateness_count, 0.99),
           part(latenesses, lateness_count, 1), lateness_count);
    printf("\"own\": %.4f, \"lag_p99\": %.2f, \"lag_most\": %.2f}\n", own, part(lags, lag_count, 0.99) * 1000,
           part(lags, lag_count, 1) * 1000);
    lateness_count = lag_count = 0;
}

int main(int words, char **arguments) {
    if (words != 3 && (words != 4 || strcmp(arguments[3], "tls") != 0)) {
        fprintf(stderr, "usage: crowd PORT SECONDS [tls]\n");
        return 2;
    }
    if (words == 4) {
        context = SSL_CTX_new(TLS_client_method());
        check(context != NULL, "TLS");
        SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    }
    int seconds = atoi(arguments[2]);
    alarm(seconds);
    signal(SIGPIPE, SIG_IGN);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    capacity = limit.rlim_cur < 120000 ? limit.rlim_cur - 16 : 120000;
    listeners = calloc(capacity, sizeof *listeners);
    latenesses = calloc(MOST_LATENESSES, sizeof *latenesses);
    lag_capacity = seconds / TIMER;
    lags = calloc(lag_capacity, sizeof *lags);
    server = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(atoi(arguments[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    epoll = epoll_create1(EPOLL_CLOEXEC);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct itimerspec beat = {{0, TIMER * 1e9}, {0, TIMER * 1e9}};
    timerfd_settime(timer, 0, &beat, NULL);
    epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &(struct epoll_event){.events = EPOLLIN});
    setvbuf(stdout, NULL, _IOLBF, 0);

    char line[256];
    size_t length = 0;
    for (;;) {
        // One command at a time, and the listeners have their turn between any two looks at the input.
        if (poll(&(struct pollfd){0, POLLIN, 0}, 1, 0) > 0) {
            ssize_t got = read(0, line + length, 1);
            if (got <= 0) return 0;
            length += got;
            check(length < sizeof line, "a command is too long");
            if (line[length - 1] != '\n') continue;
            line[length] = 0;
            length = 0;
            char word[16], path[128];
            int number;
            double rate;
            if (sscanf(line, "%15s %d %lf %127s", word, &number, &rate, path) == 4) {
                join(number, rate, path, strcmp(word, "stall") == 0);
            } else if (strcmp(line, "mark\n") == 0) mark();
            else report();
        }
        turn(5, NULL, 0);
    }
}
