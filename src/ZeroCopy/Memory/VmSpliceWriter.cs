using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace ZeroCopy;

/// <summary>Writes to a pipe without copying, by vmsplice(2): bytes are written into its pages, and the pages handed over.</summary>
/// <remarks>
/// <para>
/// Get memory, write to it, <see cref="Advance"/>, and <see cref="Flush"/> now and then: until then nothing is handed over, and at least
/// <see cref="MaxUnflushedBytes"/> may gather. Large flushes are what pays; those of less than 16 KiB are copied, which is faster. <see cref="VmSpliceMode"/> says what
/// is promised for which reader. A flush waits for the reader; what one that failed or was cancelled left is
/// still unflushed, and the next goes on there: no byte is lost, none is sent twice.
/// </para>
/// <para>
/// Where the kernel or a sandbox refuses vmsplice (EINVAL, EOPNOTSUPP, ENOSYS, EPERM), and in mode <see cref="VmSpliceMode.AnyReader"/> where the system gives no huge
/// page, the same bytes are copied by write(2), from then on: see <see cref="IsCopying"/>. Flushes allocate no managed memory, but for some that wait, where the runtime's pool of them is empty.
/// </para>
/// <para>
/// Not safe for use by several threads at once. The pipe stays the caller's; dispose the writer before its handle. It takes at most 16 MiB,
/// and what is in the pipe is bounded by the pipe. Memory that was got must not be used after the next call: it never crashes the process, but its bytes may be in the
/// pipe already.
/// </para>
/// <para>Man page: <see href="https://man7.org/linux/man-pages/man2/vmsplice.2.html">vmsplice(2)</see>.</para>
/// </remarks>
/// <example>
/// <code>
/// await using VmSpliceWriter writer = new(pipe.WriteHandle);
/// using (Utf8JsonWriter json = new(writer))
/// {
///     JsonSerializer.Serialize(json, records);
/// }
///
/// await writer.FlushAsync();
/// </code>
/// </example>
[SuppressMessage("Usage", "CA2213", Justification = "A Memory of the region may be anywhere: it goes when none is left.")]
public sealed partial class VmSpliceWriter : IBufferWriter<byte>, IDisposable, IAsyncDisposable
{
    /// <summary>How many bytes may gather between two flushes, at least, and be asked for at once where nothing is unflushed.</summary>
    public const int MaxUnflushedBytes = RegionSize / 2;

    private const int RegionSize = 16 * 1024 * 1024;

    /// <summary>A huge page of most systems; where they are larger, a few bytes would hold too much.</summary>
    private const int LargestHugePage = 2 * 1024 * 1024;

    /// <summary>How much is checked at once whether it was read, where pages are used again.</summary>
    private const int SmallSegment = 256 * 1024;

    private readonly SafeHandle _pipe;
    private readonly PageMemory _pages;
    private readonly int _segment;

    /// <summary>For each segment, how many bytes were sent when it was left; 0 where nothing of it can be in the pipe.</summary>
    private readonly long[] _sentWhenLeft;

    /// <summary>The bytes from here on are unflushed, up to <see cref="_end"/>.</summary>
    private int _start;
    private int _end;

    /// <summary>What is before <see cref="_start"/> was copied from here on, and may be written over.</summary>
    private int _copiedFrom;

    /// <summary>Segments up to here may be written to.</summary>
    private int _entered;

    /// <summary>Segments up to here were handed over, and given up.</summary>
    private int _left;

    /// <summary>How much of what was got last is not written yet.</summary>
    private int _room;

    /// <summary>Where to start over, as soon as all is flushed.</summary>
    private int _turn;

    /// <summary>How many of the bytes that were sent were read for certain.</summary>
    private long _read;
    private long _mapped;
    private long _copied;
    private bool _isDisposed;

    /// <summary>Makes a writer to a pipe.</summary>
    /// <param name="pipe">The write end of a pipe or FIFO, blocking or not.</param>
    /// <param name="mode">What the reader may do.</param>
    /// <exception cref="ArgumentNullException">The handle is null.</exception>
    /// <exception cref="ArgumentException">The handle is not that of an open pipe, or the pipe is open for reading only.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The mode is none of <see cref="VmSpliceMode"/>.</exception>
    /// <exception cref="ObjectDisposedException">The handle is disposed.</exception>
    /// <exception cref="ErrnoException">ENOMEM or EAGAIN: the process has as much memory as it may. See <see cref="PageBuffer(int, bool)"/>.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "As for the class.")]
    public VmSpliceWriter(SafeHandle pipe, VmSpliceMode mode = VmSpliceMode.AnyReader)
    {
        Check.Platform();
        ArgumentNullException.ThrowIfNull(pipe);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)mode, (uint)VmSpliceMode.CopyingReader, nameof(mode));
        CheckPipe(pipe);
        _pipe = pipe;
        Mode = mode;
        int hugePage = HugePages.Size is > 0 and <= LargestHugePage and int size ? size : 0;
        bool isSafe = mode == VmSpliceMode.AnyReader;
        _segment = isSafe && hugePage > 0 ? hugePage : SmallSegment;
        _sentWhenLeft = isSafe ? [] : new long[RegionSize / _segment];
        _pages = new(PageRegion.Take(RegionSize, hugePage > 0), RegionSize);
        SetTurn();
        if (isSafe && hugePage == 0)
        {
            Copy(Errno.None);
        }

        Enter();
    }

    /// <summary>What the reader may do.</summary>
    public VmSpliceMode Mode { get; }

    /// <summary>How many bytes were handed over in their pages. It may be read by any thread.</summary>
    public long BytesMapped => Volatile.Read(ref _mapped);

    /// <summary>How many bytes were copied into the pipe. It may be read by any thread.</summary>
    public long BytesCopied => Volatile.Read(ref _copied);

    /// <summary>How many bytes were written and are not in the pipe.</summary>
    public int UnflushedBytes => _end - _start;

    /// <summary>
    /// Whether everything is copied from now on: since vmsplice was refused, as <see cref="FallbackErrno"/> tells, or, where that is <see cref="Errno.None"/>, since
    /// the system gives no huge pages.
    /// </summary>
    public bool IsCopying { get; private set; }

    /// <summary>Why vmsplice was given up: EINVAL, EOPNOTSUPP, ENOSYS or EPERM; <see cref="Errno.None"/> as long as nobody refused it.</summary>
    public Errno FallbackErrno { get; private set; }

    /// <summary>How many bytes have gone into the pipe.</summary>
    private long Sent => _mapped + _copied;

    /// <summary>Takes note that so many bytes were written to what was got last.</summary>
    /// <param name="count">The number of bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative, or more than there was to write to.</exception>
    /// <exception cref="ObjectDisposedException">The writer is disposed.</exception>
    public void Advance(int count)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _room);

        // What is written after all was handed over is not what a flush was given up for.
        _wasInterrupted &= _start < _end;
        _end += count;
        _room -= count;
    }

    /// <summary>Gets memory to write to, which follows what was written before. It is valid until the next call of any other method.</summary>
    /// <param name="sizeHint">How many bytes are needed, at most <see cref="MaxUnflushedBytes"/>; 0 for what there is.</param>
    /// <returns>As much memory or more; never none.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative, or more than <see cref="MaxUnflushedBytes"/>.</exception>
    /// <exception cref="InvalidOperationException">There is no room for as much beside what is unflushed. Flush first; nothing is lost.</exception>
    /// <exception cref="ErrnoException">The system does not let pages be given up (madvise(2)).</exception>
    /// <exception cref="ObjectDisposedException">The writer is disposed.</exception>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        int room = MakeRoom(sizeHint);
        return _pages.Memory.Slice(_end, room);
    }

    /// <inheritdoc cref="GetMemory"/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        int room = MakeRoom(sizeHint);
        return _pages.GetSpan().Slice(_end, room);
    }

    /// <summary>This writer as a stream that can only be written to, for what writes to streams.</summary>
    /// <param name="leaveOpen">Whether this writer is to be used further when the stream is disposed, which otherwise disposes it. It is flushed in both cases, as
    /// <see cref="Dispose"/> does it.</param>
    /// <returns>The stream. It flushes by itself where 256 KiB have gathered. Use one of the two at a time.</returns>
    public Stream AsStream(bool leaveOpen = false) => new VmSpliceStream(this, leaveOpen);

    private static void CheckPipe(SafeHandle pipe)
    {
        ObjectDisposedException.ThrowIf(pipe.IsClosed, pipe);
        if (Interop.GetPipeSize(pipe, out _) != Errno.None)
        {
            throw new ArgumentException("The handle is not that of an open pipe.", nameof(pipe));
        }

        if (Interop.GetStatusFlags(pipe, out long status) == Errno.None && (status & Interop.O_ACCMODE) == Interop.O_RDONLY)
        {
            throw new ArgumentException("It is the read end of a pipe.", nameof(pipe));
        }
    }

    /// <returns>How many bytes there is room for, at least as many as asked for.</returns>
    private int MakeRoom(int sizeHint)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sizeHint, MaxUnflushedBytes);
        int needed = Math.Max(sizeHint, 1);
        if (_start == _end && _end >= _turn)
        {
            StartOver();
        }

        if (_end + needed > RegionSize)
        {
            throw new InvalidOperationException($"{UnflushedBytes} bytes are unflushed, and there is no room for {needed} more. Flush first.");
        }

        while (_entered < _end + needed)
        {
            Enter();
        }

        _room = Math.Min(_entered - _end, Math.Max(needed, _segment));
        return _room;
    }

    /// <summary>Copies from now on.</summary>
    private void Copy(Errno errno)
    {
        IsCopying = true;
        FallbackErrno = errno;
    }
}
