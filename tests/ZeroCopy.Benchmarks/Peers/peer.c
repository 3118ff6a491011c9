// What relays and copies are measured against and with: the same work done by a few lines of C, and the far and near ends of connections.
// Those that listen say "listening on PORT" (ask for port 0 to get a free one), and serve one connection after the other until they are killed.
// Build: cc -O2 -o peer peer.c      Run without arguments for the list.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

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

static double cpu_time(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int listen_on(int port)
{
    int one = 1, s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = loopback(port);
    socklen_t size = sizeof a;
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(s, (void *)&a, sizeof a) || listen(s, 16) || getsockname(s, (void *)&a, &size))
        die("listen");
    printf("listening on %d\n", ntohs(a.sin_port));
    fflush(stdout);
    return s;
}

static int next_connection(int listener)
{
    int s = accept(listener, 0, 0);
    if (s < 0)
        die("accept");
    return s;
}

static int dial(int port)
{
    int s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = loopback(port);
    if (connect(s, (void *)&a, sizeof a))
        die("connect");
    return s;
}

static void no_delay(int s)
{
    int one = 1;
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static void write_all(int s, const char *bytes, ssize_t size)
{
    while (size > 0) {
        ssize_t n = write(s, bytes, size);
        if (n <= 0)
            die("write");
        bytes += n;
        size -= n;
    }
}

// The flag is for the pipe, which is empty: the socket blocks all the same, being a blocking one.
static void splice_all(int in, int out, const int pipe[2])
{
    ssize_t n;
    while ((n = splice(in, 0, pipe[1], 0, 1 << 30, SPLICE_F_MOVE | SPLICE_F_NONBLOCK)) > 0)
        while (n > 0) {
            ssize_t m = splice(pipe[0], 0, out, 0, n, SPLICE_F_MOVE);
            if (m < 0)
                die("splice out");
            n -= m;
        }
    if (n < 0)
        die("splice in");
}

// One direction, blocking: the least work that a relay can do.
static void relay_splice(int port, int to, int capacity)
{
    int pipe[2], listener = listen_on(port);
    if (pipe2(pipe, O_CLOEXEC) || fcntl(pipe[1], F_SETPIPE_SZ, capacity) < 0)
        die("pipe2");
    for (;;) {
        int in = next_connection(listener), out = dial(to);
        splice_all(in, out, pipe);
        close(out);
        close(in);
    }
}

// To several at once, blocking. Each pipe takes a duplicate of the last one whole, all being of the same capacity.
// Serves two connections, and says of the second what CPU time it took, and the seconds.
static void fan_out(int port, int capacity, char **to, int count)
{
    int pipes[64][2], out[64], listener = listen_on(port);
    for (int i = 0; i < count; i++)
        if (pipe2(pipes[i], O_CLOEXEC) || fcntl(pipes[i][1], F_SETPIPE_SZ, capacity) < 0)
            die("pipe2");
    for (int turn = 0; turn < 2; turn++) {
        int in = next_connection(listener), *last = pipes[count - 1];
        for (int i = 0; i < count; i++)
            out[i] = dial(atoi(to[i]));
        double start = now(), cpu = cpu_time();
        for (ssize_t n; (n = splice(in, 0, last[1], 0, 1 << 30, SPLICE_F_MOVE | SPLICE_F_NONBLOCK)) > 0;) {
            for (int i = 0; i < count - 1; i++)
                if (tee(last[0], pipes[i][1], n, 0) != n)
                    die("tee");
            for (int i = 0; i < count; i++)
                for (ssize_t left = n, moved; left > 0; left -= moved)
                    if ((moved = splice(pipes[i][0], 0, out[i], 0, left, SPLICE_F_MOVE)) < 0)
                        die("splice out");
        }
        if (turn == 1)
            printf("%.6f %.6f\n", cpu_time() - cpu, now() - start);
        for (int i = 0; i < count; i++)
            close(out[i]);
        close(in);
    }
}

// Twice, and says of the second time what CPU time it took, and the seconds.
static void send_file(int to, const char *path)
{
    for (int turn = 0; turn < 2; turn++) {
        int in = open(path, O_RDONLY), out = dial(to);
        double start = now(), cpu = cpu_time();
        ssize_t n;
        while ((n = sendfile(out, in, 0, 1 << 30)) > 0)
            ;
        if (n < 0)
            die("sendfile");
        if (turn == 1)
            printf("%.6f %.6f\n", cpu_time() - cpu, now() - start);
        close(out);
        close(in);
    }
}

// Two connections, and says of the second what CPU time it took, and the seconds.
static void receive_file(int port, const char *path)
{
    int pipe[2], listener = listen_on(port);
    if (pipe2(pipe, O_CLOEXEC) || fcntl(pipe[1], F_SETPIPE_SZ, 1 << 20) < 0)
        die("pipe2");
    for (int turn = 0; turn < 2; turn++) {
        int in = next_connection(listener), out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        double start = now(), cpu = cpu_time();
        splice_all(in, out, pipe);
        if (turn == 1)
            printf("%.6f %.6f\n", cpu_time() - cpu, now() - start);
        close(out);
        close(in);
    }
}

static void relay_copy(int port, int to, int size)
{
    int listener = listen_on(port);
    char *bytes = malloc(size);
    for (;;) {
        int in = next_connection(listener), out = dial(to);
        for (ssize_t n; (n = read(in, bytes, size)) > 0;)
            write_all(out, bytes, n);
        close(out);
        close(in);
    }
}

// Says of each connection how many bytes came, and in how many seconds from the first of them on.
static void sink(int port)
{
    static char bytes[131072];
    int listener = listen_on(port);
    for (;;) {
        int s = next_connection(listener);
        long total = 0;
        ssize_t n = read(s, bytes, sizeof bytes);
        double start = now();
        for (; n > 0; n = read(s, bytes, sizeof bytes))
            total += n;
        printf("%ld %.6f\n", total, now() - start);
        fflush(stdout);
        close(s);
    }
}

static void echo(int port)
{
    static char bytes[131072];
    int listener = listen_on(port);
    for (;;) {
        int s = next_connection(listener);
        no_delay(s);
        for (ssize_t n; (n = read(s, bytes, sizeof bytes)) > 0;)
            write_all(s, bytes, n);
        close(s);
    }
}

static void send_bytes(int port, long mib)
{
    static char bytes[131072];
    memset(bytes, 'x', sizeof bytes);
    int s = dial(port);
    for (long left = mib << 20; left > 0; left -= sizeof bytes)
        write_all(s, bytes, sizeof bytes);
    close(s);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Says the median and the 99th percentile of the round trips, in microseconds.
static void ping_pong(int port, int count, int size)
{
    int s = dial(port);
    no_delay(s);
    char *bytes = calloc(1, size);
    double *us = malloc(count * sizeof *us);
    for (int i = 0; i < count; i++) {
        double start = now();
        write_all(s, bytes, size);
        for (int got = 0; got < size;) {
            ssize_t n = read(s, bytes + got, size - got);
            if (n <= 0)
                die("read");
            got += n;
        }
        us[i] = (now() - start) * 1e6;
    }
    qsort(us, count, sizeof *us, by_value);
    printf("%.1f %.1f\n", us[count / 2], us[count * 99L / 100]);
}

int main(int argc, char **argv)
{
    int number[3] = { 0 };
    for (int i = 0; i < 3 && i + 2 < argc; i++)
        number[i] = atoi(argv[i + 2]);
#define IS(name, count) (argc == (count) + 2 && !strcmp(argv[1], name))
    if (IS("relay-splice", 3))
        relay_splice(number[0], number[1], number[2]);
    else if (IS("relay-copy", 3))
        relay_copy(number[0], number[1], number[2]);
    else if (argc > 4 && argc <= 4 + 64 && !strcmp(argv[1], "fan-out"))
        fan_out(number[0], number[1], argv + 4, argc - 4);
    else if (IS("send-file", 2))
        send_file(number[0], argv[3]);
    else if (IS("receive-file", 2))
        receive_file(number[0], argv[3]);
    else if (IS("sink", 1))
        sink(number[0]);
    else if (IS("echo", 1))
        echo(number[0]);
    else if (IS("send", 2))
        send_bytes(number[0], number[1]);
    else if (IS("pingpong", 3))
        ping_pong(number[0], number[1], number[2]);
    else {
        fprintf(stderr, "peer relay-splice LISTEN TO PIPE_BYTES | relay-copy LISTEN TO BUFFER_BYTES   one direction\n"
                        "peer fan-out LISTEN PIPE_BYTES TO...                                         to each, twice\n"
                        "peer send-file TO FILE | receive-file LISTEN FILE                            twice\n"
                        "peer sink LISTEN | send PORT MIB                                             bulk\n"
                        "peer echo LISTEN | pingpong PORT COUNT BYTES                                 round trips\n");
        return 2;
    }
    return 0;
}
