#define _GNU_SOURCE
#include "CShims.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <fcntl.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Default signals, none held back, and a process group of its own.
static void forget_signals(posix_spawnattr_t *attributes) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setflags(attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

int cshims_spawn_worker(const char *path, pid_t *process) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return -1;

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 0);
    posix_spawn_file_actions_adddup2(&actions, 0, 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    forget_signals(&attributes);

    // The time zone is given, so that nothing looks for one behind the walls; a crash is the daemon's to report.
    char libraries[4096] = "";
    const char *where = getenv("LD_LIBRARY_PATH");
    if (where && strlen(where) < sizeof libraries - 32) {
        snprintf(libraries, sizeof libraries, "LD_LIBRARY_PATH=%s", where);
    }
    char *environment[] = {"LC_ALL=C", "TZ=UTC0", "SWIFT_BACKTRACE=enable=no", libraries[0] ? libraries : NULL,
                           NULL};
    char *arguments[] = {(char *)path, NULL};
    int error = posix_spawn(process, path, &actions, &attributes, arguments, environment);

    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (error == 0) return ends[0];
    close(ends[0]);
    errno = error;
    return -1;
}

int cshims_spawn_command(char *const arguments[], char *const environment[], const uint8_t *input, size_t size,
                         pid_t *process) {
    // A pipe holds as much without anybody reading it.
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return errno;
    ssize_t written = write(ends[1], input, size);
    close(ends[1]);
    if (written != (ssize_t)size) {
        close(ends[0]);
        return EMSGSIZE;
    }
    fcntl(ends[0], F_SETFL, 0);

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    forget_signals(&attributes);
    int error = posix_spawnp(process, arguments[0], &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(ends[0]);
    return error;
}

void cshims_die_with_parent(void) { prctl(PR_SET_PDEATHSIG, SIGKILL); }

void cshims_yield_to_all(void) {
    setpriority(PRIO_PROCESS, 0, 19);
    syscall(SYS_ioprio_set, 1 /* this process */, 0, 3 << 13 /* idle class */);
}

void cshims_forget_startup(void) {
    FILE *maps = fopen("/proc/self/maps", "re");
    if (!maps) return;
    char line[512];
    while (fgets(line, sizeof line, maps)) {
        unsigned long start, end;
        // Code is never written to (no library of Debian's has text relocations), so nothing is lost.
        if (sscanf(line, "%lx-%lx r-xp", &start, &end) == 2 && strstr(line, " r-xp ") && strchr(line, '/')) {
            madvise((void *)start, end - start, MADV_DONTNEED);
        }
    }
    fclose(maps);
}

static void limit(int resource, uint64_t most) {
    struct rlimit limits = {.rlim_cur = most, .rlim_max = most};
    setrlimit(resource, &limits);
}

void cshims_limit(uint64_t memory, uint64_t processor) {
    // What is mapped already (the libraries' own data) is not counted against it.
    unsigned long size = 0, data = 0;
    FILE *statm = fopen("/proc/self/statm", "re");
    if (statm) {
        if (fscanf(statm, "%lu %*u %*u %*u %*u %lu", &size, &data) != 2) size = data = 0;
        fclose(statm);
    }
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    limit(RLIMIT_DATA, data * page + memory);
    limit(RLIMIT_AS, size * page + memory);
    limit(RLIMIT_CPU, processor);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_NPROC, 0);
    limit(RLIMIT_CORE, 0);
    // When the machine runs out of memory, this process goes and not the one that is on air.
    FILE *score = fopen("/proc/self/oom_score_adj", "we");
    if (score) {
        fputs("1000", score);
        fclose(score);
    }
}

#if defined(__x86_64__)
#define THIS_MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_MACHINE AUDIT_ARCH_AARCH64
#else
#error "the worker's walls know x86-64 and arm64"
#endif

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ANSWER(action) BPF_STMT(BPF_RET | BPF_K, action)
#define REFUSED (SECCOMP_RET_ERRNO | EPERM)
/// Allows a call whatever its arguments.
#define ALLOW(name)                                                                                                \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1), ANSWER(SECCOMP_RET_ALLOW)
/// Allows a memory call that does not ask for executable pages.
#define ALLOW_UNLESS_EXECUTABLE(name)                                                                              \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 4), LOAD(args[2]),                                        \
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1), ANSWER(REFUSED), ANSWER(SECCOMP_RET_ALLOW)

int cshims_forbid_calls(void) {
    struct sock_filter rules[] = {
        LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_MACHINE, 1, 0),
        ANSWER(SECCOMP_RET_KILL_PROCESS),
        LOAD(nr),
        ALLOW(pread64),
        ALLOW(write),
        ALLOW(close),
        ALLOW(fstat),
        ALLOW(futex),
        ALLOW(munmap),
        ALLOW(mremap),
        ALLOW(madvise),
        ALLOW(brk),
        ALLOW(getrandom),
        ALLOW(clock_gettime),
        ALLOW(sched_yield),
        ALLOW(sched_getaffinity),
        ALLOW(getpid),
        ALLOW(gettid),
        ALLOW(rt_sigaction),
        ALLOW(rt_sigprocmask),
        ALLOW(rt_sigreturn),
        ALLOW(restart_syscall),
        ALLOW(exit),
        ALLOW(exit_group),
        // A stream comes from the daemon, whose end is descriptor 0; no other is read in sequence.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_read, 0, 4),
        LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
        ANSWER(SECCOMP_RET_ALLOW),
        ANSWER(REFUSED),
        ALLOW_UNLESS_EXECUTABLE(mmap),
        ALLOW_UNLESS_EXECUTABLE(mprotect),
        // abort() signals its own process; no other.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_tgkill, 0, 3),
        LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)getpid(), 0, 1),
        ANSWER(SECCOMP_RET_ALLOW),
        ANSWER(REFUSED),
    };
    struct sock_fprog program = {.len = sizeof rules / sizeof rules[0], .filter = rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int cshims_file_mark(int descriptor, int64_t *size, int64_t *modified) {
    struct stat status;
    // glibc's fstat asks by path, which is forbidden.
    if (syscall(SYS_fstat, descriptor, &status) != 0) return -1;
    *size = status.st_size;
    *modified = (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
    return 0;
}
