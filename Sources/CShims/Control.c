#define _GNU_SOURCE
#include "Control.h"

#include <stddef.h>
#include <sys/socket.h>

int cshims_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK); }
