using System.Runtime.InteropServices;

namespace ZeroCopy;

/// <summary><c>struct iovec</c>: a range of memory, for <see cref="VmSplice"/>.</summary>
/// <remarks>
/// It neither owns nor pins what it points to; that the memory stays valid is up to the caller. Man page:
/// <see href="https://man7.org/linux/man-pages/man3/iovec.3type.html">iovec(3type)</see>.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly unsafe struct IOVector
{
    // SAFETY: a pointer is stored and handed back, never followed.
    private readonly void* _baseAddress;
    private readonly nuint _length;

    /// <summary>Describes the range of <paramref name="length"/> bytes from <paramref name="baseAddress"/>.</summary>
    /// <param name="baseAddress">The first byte.</param>
    /// <param name="length">The number of bytes.</param>
    public IOVector(void* baseAddress, nuint length)
    {
        _baseAddress = baseAddress;
        _length = length;
    }

    /// <summary><c>iov_base</c>: the first byte.</summary>
    public void* BaseAddress => _baseAddress;

    /// <summary><c>iov_len</c>: the number of bytes.</summary>
    public nuint Length => _length;
}
