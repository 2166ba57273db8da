#pragma once
// Descriptors of a thread that a C library opens sockets in (Broadcast's push).

#include <stdint.h>

/// Gives the calling thread a descriptor table of its own, with 0, 1 and 2 in it and nothing else, for the rest of
/// its life. close_range needs _GNU_SOURCE and Linux 5.9. 0, or -1 with errno.
int cshims_own_descriptors(void);

/// Bytes written to a TCP socket that its peer's kernel has not acknowledged (ioctl is variadic), or -1 with errno.
int cshims_unacknowledged(int socket);

/// What a TCP socket knows of its connection: bytes sent and received so far, and the bytes for which its peer's kernel
/// has room (tcp(7), TCP_INFO; the C library's struct tcp_info is older than these fields). Zeros for another socket.
struct cshims_tcp {
    uint64_t sent;
    uint64_t received;
    uint32_t window;
};
struct cshims_tcp cshims_tcp_state(int socket);
