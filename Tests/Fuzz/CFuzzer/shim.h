#pragma once
#include <stddef.h>
#include <stdint.h>

// libFuzzer's own entrance, for programs that have a main (compiler-rt, FuzzerInterface.h): its library has no header.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*target)(const uint8_t *data, size_t size));
