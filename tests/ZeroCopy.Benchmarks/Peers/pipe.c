// One end of a pipe: fills standard output, or empties standard input and says how many bytes a second came. Pipes of 1 MiB.
// Build: cc -O2 -o pipe pipe.c
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { SLAB = 2 << 20, CAPACITY = 1 << 20 };

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static void send_block(const char *how, char *block, ssize_t size)
{
    int copies = !strcmp(how, "write");
    for (ssize_t done = 0, n; done < size; done += n) {
        struct iovec rest = { block + done, size - done };
        n = copies ? write(STDOUT_FILENO, rest.iov_base, rest.iov_len) : vmsplice(STDOUT_FILENO, &rest, 1, 0);
        if (n <= 0)
            die("fill");
    }
}

// How: write; retire, which takes the pages away once the whole slab is mapped; reuse, which writes to them again.
// A slab is twice what the pipe holds, so that what is written to again has left it.
static void fill(const char *how, int refills, long size, long mib)
{
    char *memory = mmap(0, 2 * SLAB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *slab = (char *)(((size_t)memory + SLAB - 1) & ~((size_t)SLAB - 1));
    madvise(slab, SLAB, MADV_HUGEPAGE);
    memset(slab, 'x', SLAB);
    fcntl(STDOUT_FILENO, F_SETPIPE_SZ, CAPACITY);
    long at = 0;
    for (long left = mib << 20; left > 0; left -= size) {
        if (refills)
            memset(slab + at, 'x', size);
        send_block(how, slab + at, size);
        if (!strcmp(how, "write"))
            continue;
        at = (at + size) % SLAB;
        if (!at && !strcmp(how, "retire"))
            madvise(slab, SLAB, MADV_DONTNEED);
    }
}

// A read into memory that does not start at a page takes several times as long on some processors: only who says so gets that.
static void drain(const char *how, int misaligned)
{
    int null = open("/dev/null", O_WRONLY), splices = !strcmp(how, "splice");
    fcntl(STDIN_FILENO, F_SETPIPE_SZ, CAPACITY);
    char *bytes = (char *)aligned_alloc(4096, 2 * CAPACITY) + 16 * misaligned;
    memset(bytes, 0, CAPACITY);
    long total = 0;
    double start = 0;
    for (ssize_t n; (n = splices ? splice(STDIN_FILENO, 0, null, 0, CAPACITY, 0) : read(STDIN_FILENO, bytes, CAPACITY)) > 0;) {
        if (!total)
            start = now();
        else
            total += n;
        total += !total;
    }
    printf("%.3f\n", total / 1073741824.0 / (now() - start));
}

int main(int argc, char **argv)
{
    if (argc == 6 && !strcmp(argv[1], "fill"))
        fill(argv[2], atoi(argv[3]), atol(argv[4]) << 10, atol(argv[5]));
    else if (argc == 4 && !strcmp(argv[1], "drain"))
        drain(argv[2], atoi(argv[3]));
    else {
        fprintf(stderr, "pipe fill write|retire|reuse REFILLS BLOCK_KIB MIB | pipe drain read|splice MISALIGNED\n");
        return 2;
    }
    return 0;
}
