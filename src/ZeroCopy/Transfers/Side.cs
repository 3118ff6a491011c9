using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy;

/// <summary>One end of a transfer as the engine works on it: a descriptor, what it is, and how it is to be used.</summary>
internal sealed partial class Side
{
    private const int SmallWrite = 4096;

    /// <summary>/dev/ptmx, and whatever was opened there.</summary>
    private static readonly (uint Major, uint Minor) _terminalMaster = (5, 2);

    /// <summary>/dev/null, which never waits for anything.</summary>
    private static readonly (uint Major, uint Minor) _null = (1, 3);

    private readonly TransferSide _role;
    private readonly object _owner;
    private SafeFileHandle? _reopened;

    /// <summary>Whether the last splice from here filled the pipe.</summary>
    private bool _filledAll;

    private Side(TransferSide role, object owner, SafeHandle handle)
    {
        _role = role;
        _owner = owner;
        Handle = handle;
    }

    /// <summary>The user's handle: that it is closed ends the transfer.</summary>
    public SafeHandle Handle { get; }

    /// <summary>What the calls are made on: the user's handle, or a non-blocking description of our own of the same thing.</summary>
    public SafeHandle Descriptor => _reopened ?? Handle;

    public EndpointKind Kind { get; private set; }

    /// <summary>Where the next byte is read or written, or null for the descriptor's own position.</summary>
    public long? Offset { get; private set; }

    /// <summary>Whether bytes are read and written here instead of spliced.</summary>
    public bool Copies { get; private set; }

    /// <summary>Whether a call may wait in spite of everything, so that it must be made where that harms nobody.</summary>
    public bool Blocks { get; private set; }

    /// <summary>Whether a call may wait unless the descriptor is known to be ready.</summary>
    public bool WaitsFirst { get; private set; }

    /// <summary>The name of the last call.</summary>
    public string Call { get; private set; } = "splice";

    /// <summary>
    /// Whether the user has closed it. A network stream says so before its handle does: it shuts its socket down first, which looks like the peer's end.
    /// </summary>
    public bool IsClosed => Handle.IsClosed || _owner is NetworkStream { CanRead: false, CanWrite: false };

    /// <summary>
    /// Whether it becomes readable when it has ended, so that it may be waited for while it seems to be empty. A FIFO that was opened when it had no writer does
    /// not, and what cannot be waited for does not either.
    /// </summary>
    public bool TellsTheEnd => Kind != EndpointKind.Pipe && !Blocks;

    /// <summary>
    /// Whether bytes are certain to be left: of a file that is longer than what was read, and gave as many as there was room for. Some say that they are longer
    /// than they are, as those of /sys do.
    /// </summary>
    public bool HasMore => IsBeforeItsEnd && _filledAll && _size != SizeOfDevice;

    /// <summary>Whether it is a file that has a length, and bytes left of that.</summary>
    public bool IsBeforeItsEnd => Kind == EndpointKind.File && _position < _size;

    public bool IsSocket => Kind == EndpointKind.Socket;

    /// <summary>Asks poll whether it is ready, for so many milliseconds at most.</summary>
    public bool IsReady(short events, int timeout)
    {
        Interop.Poll([(int)Descriptor.DangerousGetHandle()], events, timeout, out ulong ready);
        return ready != 0;
    }

    /// <summary>It cannot be waited for, and so is always ready.</summary>
    public void NeverWaits() => WaitsFirst = false;

    /// <summary>From now on bytes are read and written, which a pipe or terminal that blocks has to be opened anew for.</summary>
    public void UseCopying()
    {
        Copies = true;
        if (Kind == EndpointKind.Pipe && _reopened is null && !Interop.IsNonBlocking(Handle))
        {
            ReopenOrWaitFirst();
        }
    }

    /// <summary>Splices from here into an empty pipe.</summary>
    public Errno SpliceInto(Pipe pipe, long count, out long moved)
    {
        Call = "splice";
        Errno errno = Interop.Splice(Descriptor, Offset, pipe.WriteHandle, null, count, SpliceFlags.NonBlock, out moved);

        // What is before the position in its page is room that is not used.
        _filledAll = (_position % Environment.SystemPageSize) + moved >= pipe.LentCapacity;
        Advance(moved);
        return errno;
    }

    /// <summary>Splices from a pipe to here.</summary>
    /// <param name="pipe">The pipe.</param>
    /// <param name="count">How many bytes it has.</param>
    /// <param name="hasMore">Whether more are certain to follow at once, so that a packet that is not full may wait for them.</param>
    /// <param name="moved">How many were moved.</param>
    public Errno SpliceFrom(Pipe pipe, long count, bool hasMore, out long moved)
    {
        Call = "splice";
        SpliceFlags flags = SpliceFlags.NonBlock | (hasMore ? SpliceFlags.More : SpliceFlags.None);
        Errno errno = Interop.Splice(pipe.ReadHandle, null, Descriptor, Offset, Math.Min(count, MostAtOnce), flags, out moved);
        Advance(moved);
        return errno;
    }

    public Errno Read(Span<byte> buffer, out long count)
    {
        Call = IsSocket ? "recv" : Offset is null ? "read" : "pread";
        Errno errno = IsSocket ? Interop.Receive(Handle, buffer, out count) : Interop.Read(Descriptor, buffer, Offset, out count);
        Advance(count);
        return errno;
    }

    public Errno Write(ReadOnlySpan<byte> bytes, out long count)
    {
        Call = IsSocket ? "send" : Offset is null ? "write" : "pwrite";
        bytes = bytes[..Math.Min(bytes.Length, MostAtOnce)];
        Errno errno = IsSocket ? Interop.Send(Handle, bytes, out count) : Interop.Write(Descriptor, bytes, Offset, out count);
        Advance(count);
        return errno;
    }

    /// <summary>
    /// Has it use an offset from now on if it is a file, so that its position stays whatever is tried with it. Of what has no positions, such as some files
    /// of the kernel's, what is taken is gone.
    /// </summary>
    /// <returns>Whether it can be read so without waiting for anything but a disk.</returns>
    public bool TryKeepPosition()
    {
        if (Kind != EndpointKind.File || Interop.Seek(Handle, 0, Interop.SEEK_CUR, out long position) != Errno.None)
        {
            return false;
        }

        Offset ??= position;
        return !WaitsFirst || IsReady(Interop.POLLIN, timeout: 0);
    }

    /// <summary>Copies from this file to another inside the kernel.</summary>
    public Errno CopyRangeTo(Side destination, long count, out long copied)
    {
        Call = destination.Call = "copy_file_range";
        Errno errno = Interop.CopyFileRange(Handle, Offset, destination.Handle, destination.Offset, count, out copied);
        Advance(copied);
        destination.Advance(copied);
        return errno;
    }

    /// <summary>Takes back what was read of a file and cannot be had any more.</summary>
    public void StepBack(long count)
    {
        Advance(-count);
        if (Offset is null)
        {
            Interop.Seek(Handle, -count, Interop.SEEK_CUR, out _);
        }
    }

    /// <summary>
    /// Leaves everything as it is to be after the transfer: a stream's position is behind what was moved. On a thread that may wait: to close a serial
    /// line is to wait for its output.
    /// </summary>
    public void Settle()
    {
        Release();
        if (_positioned is not null && Offset is long position)
        {
            try
            {
                _positioned.Position = position;
            }
            catch (Exception e) when (e is ObjectDisposedException or IOException)
            {
                // It was disposed, or written to meanwhile on a disk that is full: what came of the transfer is more important.
            }
        }
    }

    /// <summary>Closes what was opened here.</summary>
    public void Release() => _reopened?.Dispose();

    /// <summary>
    /// No more is written at once to what might wait for more room than POLLOUT promises: of a pipe a page, which PIPE_BUF is the least of.
    /// </summary>
    private int MostAtOnce => WaitsFirst && Kind is EndpointKind.Pipe or EndpointKind.Terminal ? SmallWrite : int.MaxValue;

    private void Advance(long count)
    {
        _position += count;
        if (Offset is long offset)
        {
            Offset = offset + count;
        }
    }

    private void ReopenOrWaitFirst()
    {
        // Of the master of a terminal this would open another one.
        SafeFileHandle opened = new();
        if (_device != _terminalMaster && Interop.Reopen(Handle, _role == TransferSide.Source ? Interop.O_RDONLY : Interop.O_WRONLY, opened) == Errno.None)
        {
            _reopened = opened;
            return;
        }

        opened.Dispose();
        WaitsFirst = true;
        Blocks = true;
    }
}
