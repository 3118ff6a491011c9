using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace ZeroCopy.Tests.Interop;

/// <summary>
/// Every constant, layout and signature that the library gives to libc, proved by compiling C against the system's headers. A binding without
/// a row here fails.
/// </summary>
public sealed class AbiTests : KernelTest
{
    private const BindingFlags Everything = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Assembly _library = typeof(Splice).Assembly;
    private static readonly Type _interop = _library.GetType("ZeroCopy.Interop", throwOnError: true)!;

    /// <summary>The name of a constant, and what it is called in C.</summary>
    private static readonly Dictionary<string, string> _constants = new(StringComparer.Ordinal)
    {
        ["AF_UNIX"] = "AF_UNIX",
        ["AT_EMPTY_PATH"] = "AT_EMPTY_PATH",
        ["CLOCK_THREAD_CPUTIME_ID"] = "CLOCK_THREAD_CPUTIME_ID",
        ["EFD_CLOEXEC"] = "EFD_CLOEXEC",
        ["EFD_NONBLOCK"] = "EFD_NONBLOCK",
        ["EPOLLERR"] = "EPOLLERR",
        ["EPOLLHUP"] = "EPOLLHUP",
        ["EPOLLIN"] = "EPOLLIN",
        ["EPOLLONESHOT"] = "EPOLLONESHOT",
        ["EPOLLOUT"] = "EPOLLOUT",
        ["EPOLLRDHUP"] = "EPOLLRDHUP",
        ["EPOLL_CLOEXEC"] = "EPOLL_CLOEXEC",
        ["EPOLL_CTL_ADD"] = "EPOLL_CTL_ADD",
        ["EPOLL_CTL_DEL"] = "EPOLL_CTL_DEL",
        ["EPOLL_CTL_MOD"] = "EPOLL_CTL_MOD",
        ["EpollEventDataOffset"] = "offsetof(struct epoll_event, data)",
        ["EpollEventSize"] = "sizeof(struct epoll_event)",
        ["FIONREAD"] = "FIONREAD",
        ["F_GETFL"] = "F_GETFL",
        ["F_GETPIPE_SZ"] = "F_GETPIPE_SZ",
        ["F_SETPIPE_SZ"] = "F_SETPIPE_SZ",
        ["MADV_DONTNEED"] = "MADV_DONTNEED",
        ["MADV_HUGEPAGE"] = "MADV_HUGEPAGE",
        ["MADV_NOHUGEPAGE"] = "MADV_NOHUGEPAGE",
        ["MAP_ANONYMOUS"] = "MAP_ANONYMOUS",
        ["MAP_FIXED"] = "MAP_FIXED",
        ["MAP_PRIVATE"] = "MAP_PRIVATE",
        ["MSG_DONTWAIT"] = "MSG_DONTWAIT",
        ["MSG_NOSIGNAL"] = "MSG_NOSIGNAL",
        ["MaxCount"] = "INT_MAX & ~4095",
        ["O_ACCMODE"] = "O_ACCMODE & ~O_PATH", // musl counts O_PATH in.
        ["O_APPEND"] = "O_APPEND",
        ["O_CLOEXEC"] = "O_CLOEXEC",
        ["O_NOCTTY"] = "O_NOCTTY",
        ["O_NONBLOCK"] = "O_NONBLOCK",
        ["O_PATH"] = "O_PATH",
        ["O_RDONLY"] = "O_RDONLY",
        ["O_WRONLY"] = "O_WRONLY",
        ["IPPROTO_TCP"] = "IPPROTO_TCP",
        ["POLLIN"] = "POLLIN",
        ["POLLOUT"] = "POLLOUT",
        ["PROT_READ"] = "PROT_READ",
        ["PROT_WRITE"] = "PROT_WRITE",
        ["PollfdEventsOffset"] = "offsetof(struct pollfd, events)",
        ["PollfdReventsOffset"] = "offsetof(struct pollfd, revents)",
        ["PollfdSize"] = "sizeof(struct pollfd)",
        ["SEEK_CUR"] = "SEEK_CUR",
        ["SHUT_WR"] = "SHUT_WR",
        ["SOCK_STREAM"] = "SOCK_STREAM",
        ["SOL_SOCKET"] = "SOL_SOCKET",
        ["SO_DOMAIN"] = "SO_DOMAIN",
        ["SO_ERROR"] = "SO_ERROR",
        ["SO_TYPE"] = "SO_TYPE",
        ["TCP_CLOSE"] = "TCP_CLOSE",
        ["TCP_INFO"] = "TCP_INFO",
        ["TCP_ZEROCOPY_RECEIVE"] = "TCP_ZEROCOPY_RECEIVE",
        ["STATX_INO"] = "STATX_INO",
        ["STATX_SIZE"] = "STATX_SIZE",
        ["STATX_TYPE"] = "STATX_TYPE",
        ["S_IFBLK"] = "S_IFBLK",
        ["S_IFCHR"] = "S_IFCHR",
        ["S_IFDIR"] = "S_IFDIR",
        ["S_IFIFO"] = "S_IFIFO",
        ["S_IFMT"] = "S_IFMT",
        ["S_IFREG"] = "S_IFREG",
        ["S_IFSOCK"] = "S_IFSOCK",
        ["SpliceFlags.Gift"] = "SPLICE_F_GIFT",
        ["SpliceFlags.More"] = "SPLICE_F_MORE",
        ["SpliceFlags.Move"] = "SPLICE_F_MOVE",
        ["SpliceFlags.NonBlock"] = "SPLICE_F_NONBLOCK",
        ["StatxDeviceOffset"] = "offsetof(struct statx, stx_dev_major)",
        ["StatxInodeOffset"] = "offsetof(struct statx, stx_ino)",
        ["StatxModeOffset"] = "offsetof(struct statx, stx_mode)",
        ["StatxSize"] = "sizeof(struct statx)",
        ["StatxSpecialDeviceOffset"] = "offsetof(struct statx, stx_rdev_major)",
        ["StatxSizeOffset"] = "offsetof(struct statx, stx_size)",
    };

    /// <summary>The name of a call, its signature in C# and its prototype in C.</summary>
    private static readonly Dictionary<string, (string Managed, string C)> _calls = new(StringComparer.Ordinal)
    {
        ["clock_gettime"] = ("Int32 (Int32, IntPtr*)", "int (*)(clockid_t, struct timespec *)"),
        ["copy_file_range"] = ("IntPtr (SafeHandle, Int64*, SafeHandle, Int64*, UIntPtr, UInt32)", "ssize_t (*)(int, off64_t *, int, off64_t *, size_t, unsigned int)"),
        ["dup3"] = ("Int32 (SafeHandle, SafeHandle, Int32)", "int (*)(int, int, int)"),
        ["epoll_create1"] = ("Int32 (Int32)", "int (*)(int)"),
        ["epoll_ctl"] = ("Int32 (SafeFileHandle, Int32, Int32, Byte*)", "int (*)(int, int, int, struct epoll_event *)"),
        ["epoll_wait"] = ("Int32 (SafeFileHandle, Byte*, Int32, Int32)", "int (*)(int, struct epoll_event *, int, int)"),
        ["eventfd"] = ("Int32 (UInt32, Int32)", "int (*)(unsigned int, int)"),
        ["fcntl"] = ("Int32 (SafeHandle, Int32, IntPtr)", "int (*)(int, int, ...)"),
        ["getsockopt"] = ("Int32 (SafeHandle, Int32, Int32, Void*, UInt32*)", "int (*)(int, int, int, void *, socklen_t *)"),
        ["ioctl"] = ("Int32 (SafeHandle, UIntPtr, Int32*)", "int (*)(int, request, ...)"),
        ["isatty"] = ("Int32 (SafeHandle)", "int (*)(int)"),
        ["lseek"] = ("IntPtr (SafeHandle, IntPtr, Int32)", "off_t (*)(int, off_t, int)"),
        ["madvise"] = ("Int32 (Void*, UIntPtr, Int32)", "int (*)(void *, size_t, int)"),
        ["mincore"] = ("Int32 (Void*, UIntPtr, Byte*)", "int (*)(void *, size_t, unsigned char *)"),
        ["mmap"] = ("Void* (Void*, UIntPtr, Int32, Int32, Int32, IntPtr)", "void *(*)(void *, size_t, int, int, int, off_t)"),
        ["munlock"] = ("Int32 (Void*, UIntPtr)", "int (*)(const void *, size_t)"),
        ["open"] = ("Int32 (Byte*, Int32, UInt32)", "int (*)(const char *, int, ...)"),
        ["pipe2"] = ("Int32 (Int32*, Int32)", "int (*)(int *, int)"),
        ["poll"] = ("Int32 (Void*, UIntPtr, Int32)", "int (*)(struct pollfd *, nfds_t, int)"),
        ["pread"] = ("IntPtr (SafeHandle, Void*, UIntPtr, IntPtr)", "ssize_t (*)(int, void *, size_t, off_t)"),
        ["pwrite"] = ("IntPtr (SafeHandle, Void*, UIntPtr, IntPtr)", "ssize_t (*)(int, const void *, size_t, off_t)"),
        ["read"] = ("IntPtr (SafeHandle, Void*, UIntPtr)", "ssize_t (*)(int, void *, size_t)"),
        ["recv"] = ("IntPtr (SafeHandle, Void*, UIntPtr, Int32)", "ssize_t (*)(int, void *, size_t, int)"),
        ["send"] = ("IntPtr (SafeHandle, Void*, UIntPtr, Int32)", "ssize_t (*)(int, const void *, size_t, int)"),
        ["shutdown"] = ("Int32 (SafeHandle, Int32)", "int (*)(int, int)"),
        ["splice"] = ("IntPtr (SafeHandle, Int64*, SafeHandle, Int64*, UIntPtr, UInt32)", "ssize_t (*)(int, off64_t *, int, off64_t *, size_t, unsigned int)"),
        ["statx"] = ("Int32 (SafeHandle, Byte*, Int32, UInt32, Byte*)", "int (*)(int, const char *, int, unsigned int, struct statx *)"),
        ["tee"] = ("IntPtr (SafeHandle, SafeHandle, UIntPtr, UInt32)", "ssize_t (*)(int, int, size_t, unsigned int)"),
        ["vmsplice"] = ("IntPtr (SafeHandle, IOVector*, UIntPtr, UInt32)", "ssize_t (*)(int, const struct iovec *, size_t, unsigned int)"),
        ["write"] = ("IntPtr (SafeHandle, Void*, UIntPtr)", "ssize_t (*)(int, const void *, size_t)"),
    };

    /// <summary>The name of a struct, what it is in C, and its fields in both.</summary>
    private static readonly Dictionary<string, (string C, Dictionary<string, string> Fields)> _structs = new(StringComparer.Ordinal)
    {
        ["IOVector"] = ("struct iovec", new(StringComparer.Ordinal) { ["_baseAddress"] = "iov_base", ["_length"] = "iov_len" }),
    };

    [Fact]
    public void Bindings_All_HaveARow()
    {
        Constants().Select(constant => constant.Name).Should().BeEquivalentTo(_constants.Keys);
        Calls().Select(call => call.Name).Should().BeEquivalentTo(_calls.Keys);
        Structs().Select(type => type.Name).Should().BeEquivalentTo(_structs.Keys);
    }

    [Fact]
    public void Calls_All_HaveTheSignatureOfTheirRow() =>
        Calls().Should().AllSatisfy(call => Signature(call).Should().Be(_calls[call.Name].Managed));

    [SkippableFact]
    public void Bindings_All_CompileAgainstTheHeaders()
    {
        Shell.SkipWithout("cc");
        StringBuilder c = new("""
            #define _GNU_SOURCE
            #include <errno.h>
            #include <fcntl.h>
            #include <limits.h>
            #include <netinet/in.h>
            #include <netinet/tcp.h>
            #include <poll.h>
            #include <stddef.h>
            #include <sys/epoll.h>
            #include <sys/eventfd.h>
            #include <sys/ioctl.h>
            #include <sys/mman.h>
            #include <sys/socket.h>
            #include <sys/stat.h>
            #include <sys/uio.h>
            #include <time.h>
            #include <unistd.h>
            #ifdef __GLIBC__
            typedef unsigned long request;
            #else
            typedef int request;
            #endif

            """);
        foreach ((string name, string value) in Constants())
        {
            Assert(c, _constants[name], value, name);
        }

        foreach (Errno errno in Enum.GetValues<Errno>().Where(errno => errno != Errno.None))
        {
            Assert(c, errno.ToString(), ((int)errno).ToString(CultureInfo.InvariantCulture), $"Errno.{errno}");
        }

        foreach (Type type in Structs())
        {
            (string structure, Dictionary<string, string> fields) = _structs[type.Name];
            Assert(c, $"sizeof({structure})", SizeOf(type), type.Name);
            type.GetFields(Everything).Select(field => field.Name).Should().BeEquivalentTo(fields.Keys);
            foreach ((string field, string member) in fields)
            {
                Assert(c, $"offsetof({structure}, {member})", Marshal.OffsetOf(type, field).ToString(CultureInfo.InvariantCulture), $"{type.Name}.{field}");
            }
        }

        foreach ((string name, (_, string prototype)) in _calls)
        {
            c.AppendLine(CultureInfo.InvariantCulture, $"__typeof__({prototype}) p_{name} = {name};");
        }

        File.WriteAllText(PathOf("abi.c"), c.ToString());
        Finished compiler = Shell.Run(Folder, TimeSpan.FromMinutes(1), "cc", "-std=gnu11", "-Werror", "-fsyntax-only", "abi.c");
        compiler.Error.Should().BeEmpty();
        compiler.ExitCode.Should().Be(0);
    }

    private static IEnumerable<(string Name, string Value)> Constants()
    {
        foreach (FieldInfo field in _interop.GetFields(Everything).Where(field => !field.Name.StartsWith('<')))
        {
            yield return (field.Name, Convert.ToString(field.GetValue(null), CultureInfo.InvariantCulture)!);
        }

        foreach (SpliceFlags flag in Enum.GetValues<SpliceFlags>().Where(flag => flag != SpliceFlags.None))
        {
            yield return ($"SpliceFlags.{flag}", ((uint)flag).ToString(CultureInfo.InvariantCulture));
        }
    }

    private static IEnumerable<MethodInfo> Calls() =>
        _interop.GetMethods(Everything).Where(method =>
            !method.Name.StartsWith('<')
            && (method.IsDefined(typeof(LibraryImportAttribute)) || method.Attributes.HasFlag(MethodAttributes.PinvokeImpl)));

    private static IEnumerable<Type> Structs() =>
        _library.GetTypes().Where(type =>
            type is { IsValueType: true, IsEnum: false, IsAutoLayout: false } && !type.Name.StartsWith('<') && type.Namespace == nameof(ZeroCopy) && !HoldsObjects(type));

    /// <summary>Which C cannot be given.</summary>
    private static bool HoldsObjects(Type type) =>
        type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Any(field => !field.FieldType.IsValueType && !field.FieldType.IsPointer);

    private static string Signature(MethodInfo method) =>
        $"{method.ReturnType.Name} ({string.Join(", ", method.GetParameters().Select(parameter => parameter.ParameterType.Name))})";

    private static string SizeOf(Type type) =>
        typeof(System.Runtime.CompilerServices.Unsafe).GetMethod("SizeOf")!.MakeGenericMethod(type).Invoke(null, null)!.ToString()!;

    private static void Assert(StringBuilder c, string expression, string value, string name) =>
        c.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(({expression}) == {value}, \"{name}\");");
}
