// Preloaded into a worker that callgrind counts, and into nothing else: without the walls, for valgrind has to make
// executable pages in the worker's own process, which they forbid. The worker itself is the one that is built.
int prctl(int option, ...) {
    (void)option;
    return 0;
}

int setrlimit(int resource, const void *limits) {
    (void)resource;
    (void)limits;
    return 0;
}
