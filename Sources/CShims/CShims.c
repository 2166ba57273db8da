#define _GNU_SOURCE
#include "CShims.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>

static int64_t read_clock(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static struct timespec at(int64_t nanoseconds) {
    return (struct timespec){.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
}

int cshims_sem_wait(sem_t *semaphore, int64_t nanoseconds) {
    struct timespec deadline = at(read_clock(CLOCK_MONOTONIC) + (nanoseconds > 0 ? nanoseconds : 0));
    return sem_clockwait(semaphore, CLOCK_MONOTONIC, &deadline);
}

void cshims_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

void cshims_sleep_until(int64_t monotonic_nanoseconds) {
    struct timespec deadline = at(monotonic_nanoseconds);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL) == EINTR) {}
}

int64_t cshims_monotonic_now(void) { return read_clock(CLOCK_MONOTONIC); }

int64_t cshims_wall_now(void) { return read_clock(CLOCK_REALTIME); }

int cshims_try_realtime(int priority) {
    struct sched_param parameter = {.sched_priority = priority};
    return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameter);
}
