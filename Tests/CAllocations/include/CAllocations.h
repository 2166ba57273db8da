#pragma once
// Counts the calling thread's allocations by standing in for the C library's malloc: glibc resolves these names in the
// program before its own. Under a sanitizer, which has a malloc of its own, nothing is counted.

/// Whether allocations are counted in this build.
int allocations_are_counted(void);

/// The calling thread's allocations so far.
long allocations_of_this_thread(void);
