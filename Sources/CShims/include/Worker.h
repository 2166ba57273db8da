#pragma once
// The worker's walls (design, section 2): how it is started with nothing inherited, and how it locks itself down.

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Starts a worker with one end of a socket pair as its standard input and output, /dev/null as its standard error,
/// no other descriptor, a process group of its own (the terminal's Ctrl-C is not for it), default signals and an
/// environment that holds no secret. addclosefrom_np needs _GNU_SOURCE.
/// The other end of the pair, or -1 with errno (ENOENT, EACCES: no such program).
int cshims_spawn_worker(const char *path, pid_t *process);

/// Asks the kernel to end the calling process when the thread that started it ends.
void cshims_die_with_parent(void);

/// Lets go of the code that only the start of a process needs (its libraries' constructors, the daemon's configuration):
/// half of a worker's resident memory, a third of the daemon's. What is needed again comes from the page cache.
void cshims_forget_startup(void);

/// Puts the calling process behind everything else that wants the processor or the disk.
void cshims_yield_to_all(void);

/// Limits the calling process: `memory` bytes more than it has, `processor` seconds, no file written, no core.
void cshims_limit(uint64_t memory, uint64_t processor);

/// Forbids the calling thread, for ever, every system call but those that computing, reading and writing open
/// descriptors, and memory need. A forbidden call fails with EPERM. 0, or -1 with errno.
int cshims_forbid_calls(void);

/// Size and time of last modification (nanoseconds) of an open file, by a call that `cshims_forbid_calls` permits.
int cshims_file_mark(int descriptor, int64_t *size, int64_t *modified);

/// Starts a program with its arguments and environment, `size` bytes (64 kB at most) to read on its standard input,
/// nothing else inherited but /dev/null as its output, a process group of its own and default signals; without a shell,
/// but found in PATH. 0, or the error number.
int cshims_spawn_command(char *const arguments[], char *const environment[], const uint8_t *input, size_t size,
                         pid_t *process);
