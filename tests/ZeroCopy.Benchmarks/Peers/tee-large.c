// The least that a tee(1) on tee(2) can do: pipes of 1 MiB, and two calls that wait in the kernel for each round. It fails where the example of tee(2) does.
// Build: cc -O2 -o tee-large tee-large.c
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int file = argc == 2 ? open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0644) : -1;
    fcntl(STDIN_FILENO, F_SETPIPE_SZ, 1 << 20);
    fcntl(STDOUT_FILENO, F_SETPIPE_SZ, 1 << 20);
    ssize_t left, moved;
    while ((left = tee(STDIN_FILENO, STDOUT_FILENO, 1 << 30, 0)) > 0)
        for (; left > 0; left -= moved)
            if ((moved = splice(STDIN_FILENO, NULL, file, NULL, left, SPLICE_F_MOVE)) < 0)
                return 1;
    return left < 0;
}
