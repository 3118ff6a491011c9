// Stands in for libc where the library's calls are to fail: each is counted, and one, or all from one on, fails before it is made, or moves one byte.
// Only the library's calls come here, since it is the library alone that is given this in place of libc; neither the runtime's nor the tests' do.
// Build: cc -shared -fPIC -O1 -o libc-with-faults.so libc.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

enum { F_GETFL_ = 3, F_SETPIPE_SZ_ = 1031, NO_DESCRIPTOR = -1, MOST_ENDPOINTS = 8, SILENT = -1, STUCK = -2 };

// As FaultyCall has it.
struct fault {
    _Atomic int64_t made;  // How many calls were made,
    _Atomic int64_t met;   // and how many of them failed.
    _Atomic int64_t first; // Those that fail, the first call being 1. At first none.
    _Atomic int64_t last;
    _Atomic int64_t error; // With which error number; 0: they move one byte at most; or as FaultManner has it.
    _Atomic int64_t in;    // What the first that failed would have read from, and written to.
    _Atomic int64_t out;
};

// The descriptors that the test has made. Other ones are the library's own.
_Atomic int64_t endpoints[MOST_ENDPOINTS];

static int is_endpoint(int fd)
{
    for (int i = 0; i < MOST_ENDPOINTS; i++)
        if (endpoints[i] == fd)
            return 1;
    return 0;
}

// An eventfd's count is all that the library reads and writes in eight bytes.
static struct fault *among(struct fault *of_endpoint, struct fault *of_own, struct fault *of_event, int fd, size_t count)
{
    return is_endpoint(fd) ? of_endpoint : count == sizeof(uint64_t) ? of_event : of_own;
}

static int is_met(struct fault *fault, int in, int out)
{
    int64_t number = ++fault->made;
    if (number < fault->first || number > fault->last)
        return 0;
    if (fault->met++ == 0) {
        fault->in = in;
        fault->out = out;
    }
    return 1;
}

static const struct iovec *first_byte(const struct iovec *segments)
{
    static _Thread_local struct iovec one;
    one = (struct iovec){ segments->iov_base, segments->iov_len > 1 ? 1 : segments->iov_len };
    return &one;
}

// The function has the name of the real one for the linker alone, so that no header has to agree.
#define CALL(result, name, parameters, arguments, row, from, to, shorten)    \
    result faulty_##name parameters __asm__(#name);                          \
    result faulty_##name parameters                                          \
    {                                                                        \
        static result(*real) parameters;                                     \
        if (!real)                                                           \
            real = (result(*) parameters)dlsym(RTLD_DEFAULT, #name);         \
        struct fault *it = &row;                                             \
        if (is_met(it, from, to)) {                                          \
            if (it->error == SILENT)                                         \
                return (result)0;                                            \
            if (it->error > 0) {                                             \
                errno = (int)it->error;                                      \
                return (result)(-1);                                         \
            }                                                                \
            if (it->error == STUCK)                                          \
                wait_until_lifted(it);                                       \
            else                                                             \
                shorten;                                                     \
        }                                                                    \
        return real arguments;                                               \
    }

static void wait_until_lifted(struct fault *fault)
{
    while (fault->last != 0)
        usleep(1000);
}

#define SHORTEN(length) length = length > 1 ? 1 : length

struct fault fault_of_splice, fault_of_tee, fault_of_vmsplice, fault_of_copy_file_range;
struct fault fault_of_read, fault_of_read_own, fault_of_read_event, fault_of_write, fault_of_write_own, fault_of_write_event;
struct fault fault_of_pread, fault_of_pwrite, fault_of_recv, fault_of_send;
struct fault fault_of_pipe2, fault_of_open, fault_of_dup3, fault_of_lseek, fault_of_statx, fault_of_ioctl, fault_of_isatty;
struct fault fault_of_fcntl_F_GETFL, fault_of_fcntl_F_GETPIPE_SZ, fault_of_fcntl_F_SETPIPE_SZ;
struct fault fault_of_getsockopt, fault_of_shutdown, fault_of_poll, fault_of_eventfd;
struct fault fault_of_epoll_create1, fault_of_epoll_wait, fault_of_epoll_ctl_ADD, fault_of_epoll_ctl_MOD, fault_of_epoll_ctl_DEL;
struct fault fault_of_mmap, fault_of_madvise, fault_of_mincore, fault_of_munlock, fault_of_clock_gettime;

CALL(intptr_t, splice, (int fd_in, int64_t *off_in, int fd_out, int64_t *off_out, size_t len, unsigned flags),
     (fd_in, off_in, fd_out, off_out, len, flags), fault_of_splice, fd_in, fd_out, SHORTEN(len))
CALL(intptr_t, tee, (int fd_in, int fd_out, size_t len, unsigned flags), (fd_in, fd_out, len, flags), fault_of_tee, fd_in, fd_out, SHORTEN(len))
CALL(intptr_t, vmsplice, (int fd, const struct iovec *iov, size_t count, unsigned flags), (fd, iov, count, flags),
     fault_of_vmsplice, fd, fd, { iov = first_byte(iov); count = 1; })
CALL(intptr_t, copy_file_range, (int fd_in, int64_t *off_in, int fd_out, int64_t *off_out, size_t len, unsigned flags),
     (fd_in, off_in, fd_out, off_out, len, flags), fault_of_copy_file_range, fd_in, fd_out, SHORTEN(len))

CALL(intptr_t, read, (int fd, void *buf, size_t count), (fd, buf, count),
     *among(&fault_of_read, &fault_of_read_own, &fault_of_read_event, fd, count), fd, NO_DESCRIPTOR, SHORTEN(count))
CALL(intptr_t, write, (int fd, const void *buf, size_t count), (fd, buf, count),
     *among(&fault_of_write, &fault_of_write_own, &fault_of_write_event, fd, count), NO_DESCRIPTOR, fd, SHORTEN(count))
CALL(intptr_t, pread, (int fd, void *buf, size_t count, intptr_t offset), (fd, buf, count, offset), fault_of_pread, fd, NO_DESCRIPTOR, SHORTEN(count))
CALL(intptr_t, pwrite, (int fd, const void *buf, size_t count, intptr_t offset), (fd, buf, count, offset),
     fault_of_pwrite, NO_DESCRIPTOR, fd, SHORTEN(count))
CALL(intptr_t, recv, (int fd, void *buf, size_t len, int flags), (fd, buf, len, flags), fault_of_recv, fd, NO_DESCRIPTOR, SHORTEN(len))
CALL(intptr_t, send, (int fd, const void *buf, size_t len, int flags), (fd, buf, len, flags), fault_of_send, NO_DESCRIPTOR, fd, SHORTEN(len))

CALL(int, pipe2, (int *fds, int flags), (fds, flags), fault_of_pipe2, NO_DESCRIPTOR, NO_DESCRIPTOR, )
CALL(int, open, (const char *path, int flags, unsigned mode), (path, flags, mode), fault_of_open, NO_DESCRIPTOR, NO_DESCRIPTOR, )
CALL(int, dup3, (int from, int to, int flags), (from, to, flags), fault_of_dup3, NO_DESCRIPTOR, NO_DESCRIPTOR, )
CALL(intptr_t, lseek, (int fd, intptr_t offset, int whence), (fd, offset, whence), fault_of_lseek, fd, fd, )
CALL(int, statx, (int fd, const char *path, int flags, unsigned mask, void *status), (fd, path, flags, mask, status), fault_of_statx, fd, fd, )
CALL(int, ioctl, (int fd, size_t request, int *argument), (fd, request, argument), fault_of_ioctl, fd, fd, )
CALL(int, fcntl, (int fd, int command, intptr_t argument), (fd, command, argument),
     *(command == F_GETFL_ ? &fault_of_fcntl_F_GETFL : command == F_SETPIPE_SZ_ ? &fault_of_fcntl_F_SETPIPE_SZ : &fault_of_fcntl_F_GETPIPE_SZ), fd, fd, )

CALL(int, getsockopt, (int fd, int level, int option, void *value, unsigned *length), (fd, level, option, value, length),
     fault_of_getsockopt, fd, fd, )
CALL(int, shutdown, (int fd, int how), (fd, how), fault_of_shutdown, fd, fd, )
CALL(int, poll, (int *fds, unsigned long count, int timeout), (fds, count, timeout),
     fault_of_poll, count == 1 ? fds[0] : NO_DESCRIPTOR, count == 1 ? fds[0] : NO_DESCRIPTOR, )
CALL(int, eventfd, (unsigned value, int flags), (value, flags), fault_of_eventfd, NO_DESCRIPTOR, NO_DESCRIPTOR, )
CALL(int, epoll_create1, (int flags), (flags), fault_of_epoll_create1, NO_DESCRIPTOR, NO_DESCRIPTOR, )
CALL(int, epoll_wait, (int epoll, void *events, int most, int timeout), (epoll, events, most, timeout),
     fault_of_epoll_wait, NO_DESCRIPTOR, NO_DESCRIPTOR, )
CALL(int, epoll_ctl, (int epoll, int operation, int fd, void *event), (epoll, operation, fd, event),
     *(operation == EPOLL_CTL_ADD ? &fault_of_epoll_ctl_ADD : operation == EPOLL_CTL_MOD ? &fault_of_epoll_ctl_MOD : &fault_of_epoll_ctl_DEL), fd, fd, )

CALL(void *, mmap, (void *address, size_t length, int protection, int flags, int fd, intptr_t offset),
     (address, length, protection, flags, fd, offset), fault_of_mmap, NO_DESCRIPTOR, NO_DESCRIPTOR, )
CALL(int, madvise, (void *address, size_t length, int advice), (address, length, advice), fault_of_madvise, NO_DESCRIPTOR, NO_DESCRIPTOR, )
CALL(int, mincore, (void *address, size_t length, unsigned char *pages), (address, length, pages), fault_of_mincore, NO_DESCRIPTOR, NO_DESCRIPTOR, )
CALL(int, munlock, (const void *address, size_t length), (address, length), fault_of_munlock, NO_DESCRIPTOR, NO_DESCRIPTOR, )
CALL(int, clock_gettime, (int clock, void *time), (clock, time), fault_of_clock_gettime, NO_DESCRIPTOR, NO_DESCRIPTOR, )

// The only one that fails by 0.
int faulty_isatty(int fd) __asm__("isatty");
int faulty_isatty(int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_DEFAULT, "isatty");
    if (is_met(&fault_of_isatty, fd, fd)) {
        errno = (int)fault_of_isatty.error;
        return 0;
    }
    return real(fd);
}
