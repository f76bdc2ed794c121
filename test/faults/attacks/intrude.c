/*
 * Knocks at a unix socket: connects, sends what it is told, and shows what comes back. Knows nothing of the protocol.
 *
 *   intrude SOCKET HEX...
 *
 * Each HEX is sent, and then what comes within a second or until the other end closes is printed as one line of hex;
 * "closed" is the last line where it closed. "-" sends nothing and waits for ten seconds.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MOST = 1 << 16 };

static size_t bytes_of(const char *hex, unsigned char *bytes)
{
	size_t length = 0;
	unsigned byte;

	while (length < MOST && sscanf(hex + 2 * length, "%2x", &byte) == 1)
		bytes[length++] = (unsigned char)byte;
	return length;
}

/* false once the other end has closed. */
static int show_answer(int fd, int patience)
{
	unsigned char bytes[4096];
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	int open = 1;

	while (open && poll(&wait, 1, patience) > 0) {
		ssize_t length = read(fd, bytes, sizeof bytes);
		if (length <= 0)
			open = 0;
		for (ssize_t at = 0; at < length; at++)
			printf("%02x", bytes[at]);
	}
	printf("\n");
	fflush(stdout);
	return open;
}

int main(int argc, char **argv)
{
	static unsigned char bytes[MOST];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (argc < 3 || strlen(argv[1]) >= sizeof address.sun_path) {
		fprintf(stderr, "intrude SOCKET HEX...\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	strcpy(address.sun_path, argv[1]);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
		perror(argv[1]);
		return 1;
	}
	for (int n = 2; n < argc; n++) {
		int silent = strcmp(argv[n], "-") == 0;
		size_t length = silent ? 0 : bytes_of(argv[n], bytes);
		/* A refusal may have come already. */
		if (length > 0 && write(fd, bytes, length) < 0)
			perror("write");
		if (!show_answer(fd, silent ? 10000 : 1000)) {
			printf("closed\n");
			return 0;
		}
	}
	return 0;
}
