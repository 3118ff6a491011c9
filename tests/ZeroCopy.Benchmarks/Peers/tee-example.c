// The loop of the example in tee(2), for comparison: tee(2) from standard input to standard output, then splice(2) to the file.
// It spins while standard input is empty, as the example does. Build: cc -O2 -o tee-example tee-example.c
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static int fail(const char *what)
{
    perror(what);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s FILE\n", argv[0]);
        return 2;
    }
    int file = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file < 0)
        return fail("open");
    for (;;) {
        ssize_t left = tee(STDIN_FILENO, STDOUT_FILENO, INT_MAX, SPLICE_F_NONBLOCK);
        if (left < 0 && errno == EAGAIN)
            continue;
        if (left < 0)
            return fail("tee");
        if (left == 0)
            return 0;
        while (left > 0) {
            ssize_t moved = splice(STDIN_FILENO, NULL, file, NULL, left, SPLICE_F_MOVE);
            if (moved < 0)
                return fail("splice");
            left -= moved;
        }
    }
}
