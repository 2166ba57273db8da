#define _GNU_SOURCE
#include "Descriptors.h"

#include <linux/close_range.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int cshims_own_descriptors(void) { return close_range(3, ~0U, CLOSE_RANGE_UNSHARE); }

int cshims_unacknowledged(int socket) {
    int bytes = 0;
    return ioctl(socket, SIOCOUTQ, &bytes) == 0 ? bytes : -1;
}

void cshims_tcp_bytes(int socket, uint64_t *sent, uint64_t *received) {
    struct tcp_info information = {0};
    socklen_t size = sizeof information;
    getsockopt(socket, IPPROTO_TCP, TCP_INFO, &information, &size);
    *sent = information.tcpi_bytes_sent;
    *received = information.tcpi_bytes_received;
}
