// The ends of many connections at once. What listens says "listening on PORT" (ask for port 0 to get a free one), and serves until it is killed.
// Build: cc -O2 -o crowd crowd.c      Run without arguments for the list.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, LARGEST = 1 << 20 };

static char bytes[LARGEST];

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

static void watch(int epoll, int s, int number)
{
    int one = 1;
    struct epoll_event e = { .events = EPOLLIN, .data.u32 = number };
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, s, &e))
        die("epoll_ctl");
}

static void write_all(int s, ssize_t size)
{
    for (ssize_t done = 0, n; done < size; done += n)
        if ((n = write(s, bytes, size - done)) <= 0)
            return;
}

// Sends back what comes, on every connection.
static void echo(int port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof a;
    int one = 1, epoll = epoll_create1(0), listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (void *)&a, sizeof a) || listen(listener, 4096) || getsockname(listener, (void *)&a, &size))
        die("listen");
    watch(epoll, listener, listener);
    printf("listening on %d\n", ntohs(a.sin_port));
    fflush(stdout);
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            int s = events[i].data.u32;
            if (s == listener) {
                while ((s = accept(listener, 0, 0)) >= 0)
                    watch(epoll, s, s);
                continue;
            }
            ssize_t n = read(s, bytes, sizeof bytes);
            if (n <= 0)
                close(s);
            else
                write_all(s, n);
        }
    }
}

static int *dial(int port, int count)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int *sockets = calloc(count, sizeof *sockets);
    for (int i = 0; i < count; i++) {
        sockets[i] = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(sockets[i], (void *)&a, sizeof a))
            die("connect");
    }
    return sockets;
}

static void hold(int port, int count)
{
    dial(port, count);
    printf("connected\n");
    fflush(stdout);
    pause();
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Each connection sends a message at every interval, and has it back before the next one. Says the median and the 99th percentile in microseconds.
static void ping(int port, int count, int seconds, int interval_ms, int size)
{
    int *sockets = dial(port, count), epoll = epoll_create1(0), messages = 0;
    double *sent = calloc(count, sizeof *sent), step = interval_ms * 1e-3 / count;
    int *got = calloc(count, sizeof *got);
    double *us = malloc((size_t)(seconds * 1000.0 / interval_ms + 2) * count * sizeof *us);
    for (int i = 0; i < count; i++)
        watch(epoll, sockets[i], i);
    double start = now();
    for (long next = 0; now() < start + seconds;) {
        for (; start + next * step <= now(); next++) {
            int i = next % count;
            if (sent[i])
                continue;
            sent[i] = now();
            if (write(sockets[i], bytes, size) != size)
                die("write");
        }
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(epoll, events, EVENTS, 1);
        for (int e = 0; e < ready; e++) {
            int i = events[e].data.u32;
            ssize_t n = read(sockets[i], bytes, size);
            if (n <= 0)
                die("read");
            if ((got[i] += n) < size)
                continue;
            us[messages++] = (now() - sent[i]) * 1e6;
            got[i] = 0;
            sent[i] = 0;
        }
    }
    if (!messages)
        die("nothing came back");
    qsort(us, messages, sizeof *us, by_value);
    printf("%.1f %.1f\n", us[messages / 2], us[messages * 99L / 100]);
}

struct exchange {
    int socket, unsent, unread, waits_for_room;
    double start;
};

static void send_rest(int epoll, struct exchange *x, int number)
{
    ssize_t n = x->unsent ? send(x->socket, bytes, x->unsent, MSG_DONTWAIT) : 0;
    if (n < 0 && errno != EAGAIN)
        die("send");
    x->unsent -= n > 0 ? n : 0;
    if (x->waits_for_room == (x->unsent > 0))
        return;
    x->waits_for_room = x->unsent > 0;
    struct epoll_event e = { .events = EPOLLIN | (x->unsent ? EPOLLOUT : 0), .data.u32 = number };
    if (epoll_ctl(epoll, EPOLL_CTL_MOD, x->socket, &e))
        die("epoll_ctl");
}

// Each connection sends a message, and the next one once it has it back. Says "ready" when all have had one, and then of the time from there on how many
// there were, in how many seconds, and the median and the 99th percentile in microseconds.
static void load(int port, int count, int milliseconds, int size)
{
    int *sockets = dial(port, count), epoll = epoll_create1(0), under_way = count, is_ready = 0;
    struct exchange *all = calloc(count, sizeof *all);
    size_t messages = 0, room = 1 << 20;
    double *us = malloc(room * sizeof *us), start = 0, end = 0, last = 0;
    for (int i = 0; i < count; i++) {
        all[i] = (struct exchange){ sockets[i], size, size, 0, now() };
        watch(epoll, sockets[i], i);
        send_rest(epoll, &all[i], i);
    }
    while (under_way) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        for (int e = 0; e < ready; e++) {
            struct exchange *x = &all[events[e].data.u32];
            if (events[e].events & EPOLLOUT)
                send_rest(epoll, x, events[e].data.u32);
            if (!(events[e].events & ~EPOLLOUT))
                continue;
            ssize_t n = recv(x->socket, bytes, x->unread, MSG_DONTWAIT);
            if (n == 0 || (n < 0 && errno != EAGAIN))
                die("recv");
            if (n < 0 || (x->unread -= n))
                continue;
            last = now();
            if (is_ready) {
                if (messages == room && !(us = realloc(us, (room *= 2) * sizeof *us)))
                    die("realloc");
                us[messages++] = (last - x->start) * 1e6;
            }
            under_way--;
            if (!is_ready || last >= end)
                continue;
            under_way++;
            *x = (struct exchange){ x->socket, size, size, x->waits_for_room, last };
            send_rest(epoll, x, events[e].data.u32);
        }
        if (under_way || is_ready)
            continue;
        is_ready = 1;
        under_way = count;
        printf("ready\n");
        fflush(stdout);
        start = now();
        end = start + milliseconds * 1e-3;
        for (int i = 0; i < count; i++) {
            all[i] = (struct exchange){ sockets[i], size, size, all[i].waits_for_room, now() };
            send_rest(epoll, &all[i], i);
        }
    }
    qsort(us, messages, sizeof *us, by_value);
    printf("%zu %.6f %.1f %.1f\n", messages, last - start, us[messages / 2], us[messages * 99 / 100]);
}

int main(int argc, char **argv)
{
    int number[5] = { 0 };
    for (int i = 0; i < 5 && i + 2 < argc; i++)
        number[i] = atoi(argv[i + 2]);
#define IS(name, count) (argc == (count) + 2 && !strcmp(argv[1], name))
    if (IS("echo", 1))
        echo(number[0]);
    else if (IS("hold", 2))
        hold(number[0], number[1]);
    else if (IS("ping", 5) && number[4] <= LARGEST)
        ping(number[0], number[1], number[2], number[3], number[4]);
    else if (IS("load", 4) && number[3] <= LARGEST)
        load(number[0], number[1], number[2], number[3]);
    else {
        fprintf(stderr, "crowd echo LISTEN\n"
                        "crowd hold PORT CONNECTIONS                                     until it is killed\n"
                        "crowd ping PORT CONNECTIONS SECONDS INTERVAL_MILLISECONDS BYTES\n"
                        "crowd load PORT CONNECTIONS MILLISECONDS BYTES\n");
        return 2;
    }
    return 0;
}
