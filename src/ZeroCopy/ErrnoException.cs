using System.Globalization;
using System.Runtime.InteropServices;

namespace ZeroCopy;

/// <summary>A system call failed: which one, with which error number, and what the number means.</summary>
/// <remarks>
/// <see cref="Exception.HResult"/> is the number too, as in the I/O exceptions of .NET on Linux. The message reads
/// <c>splice: EBADF (9): Bad file descriptor</c>, followed by what to do where that is known. Immutable, safe to share between threads.
/// </remarks>
/// <example>
/// <code>
/// try
/// {
///     Splice.Move(file, pipe.WriteHandle, 4096);
/// }
/// catch (ErrnoException e) when (e.Errno == Errno.EINVAL)
/// {
///     // e.Syscall is "splice": this file cannot be spliced. Read and write it.
///     return false;
/// }
/// </code>
/// </example>
public sealed class ErrnoException : IOException
{
    /// <summary>Makes the exception for an error number, as those who call the <c>Try</c> methods may want to throw later.</summary>
    /// <param name="errno">What the call reported.</param>
    /// <param name="syscall">The C name of the call, such as <c>splice</c>.</param>
    /// <exception cref="ArgumentException"><paramref name="syscall"/> is null or empty.</exception>
    public ErrnoException(Errno errno, string syscall)
        : this(errno, syscall, advice: null)
    {
    }

    internal ErrnoException(Errno errno, string syscall, string? advice)
        : base(Describe(errno, syscall, advice), (int)errno)
    {
        Errno = errno;
        Syscall = syscall;
    }

    /// <summary>The error number that the call reported.</summary>
    public Errno Errno { get; }

    /// <summary>The C name of the call that failed.</summary>
    public string Syscall { get; }

    private static string Describe(Errno errno, string syscall, string? advice)
    {
        ArgumentException.ThrowIfNullOrEmpty(syscall);
        string text = Marshal.GetPInvokeErrorMessage((int)errno);
        string name = Enum.GetName(errno) ?? "errno";
        string message = string.Create(CultureInfo.InvariantCulture, $"{syscall}: {name} ({(int)errno}): {text}");
        return advice is null ? message : $"{message}. {advice}";
    }
}
