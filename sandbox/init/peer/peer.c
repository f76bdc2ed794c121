/*
 * Says who is at the other end of a unix socket: prints "pid uid gid" for the socket that it finds as descriptor 3.
 * It reads nothing from the socket and writes nothing to it. Ends with 1, and a reason on stderr, where there is no answer.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int main(void)
{
    struct ucred peer;
    socklen_t length = sizeof peer;

    if (getsockopt(3, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) {
        fprintf(stderr, "ampoule-peer: %s\n", strerror(errno));
        return 1;
    }
    /* A socket that is not a connected unix one has pid 0, and so has a peer in a namespace that is not seen from here. */
    if (length != sizeof peer || peer.pid <= 0) {
        fputs("ampoule-peer: its process cannot be seen from here\n", stderr);
        return 1;
    }
    return printf("%ld %lu %lu\n", (long)peer.pid, (unsigned long)peer.uid, (unsigned long)peer.gid) < 0 ||
           fflush(stdout) != 0;
}
