#pragma once
// What Swift cannot say on Linux: functions hidden behind _GNU_SOURCE, macros and variadic calls. A line each, with
// its reason. Prefixed, so that a reader sees where they come from.

#include <semaphore.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "Control.h"
#include "Descriptors.h"
#include "Worker.h"

/// Waits on a semaphore until `nanoseconds` from now on the monotonic clock (sem_clockwait needs _GNU_SOURCE;
/// sem_timedwait follows the wall clock and hangs when that is set back). 0, or -1 with errno.
int cshims_sem_wait(sem_t *semaphore, int64_t nanoseconds);

/// Names the calling thread, 15 bytes at most (pthread_setname_np needs _GNU_SOURCE).
void cshims_name_thread(const char *name);

/// Sleeps until an absolute monotonic time in nanoseconds; goes on after a signal.
void cshims_sleep_until(int64_t monotonic_nanoseconds);

/// Now on the monotonic clock, in nanoseconds. It does not run while the machine is suspended.
int64_t cshims_monotonic_now(void);

/// Now on the wall clock, in nanoseconds since 1970-01-01T00:00Z.
int64_t cshims_wall_now(void);

/// Tries to give the calling thread real-time priority; 0, or the error number (often EPERM).
int cshims_try_realtime(int priority);
