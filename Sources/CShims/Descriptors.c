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

struct cshims_tcp cshims_tcp_state(int socket) {
    struct tcp_info information = {0};
    socklen_t size = sizeof information;
    getsockopt(socket, IPPROTO_TCP, TCP_INFO, &information, &size);
    return (struct cshims_tcp){
        .sent = information.tcpi_bytes_sent,
        .received = information.tcpi_bytes_received,
        .window = information.tcpi_snd_wnd,
    };
}
