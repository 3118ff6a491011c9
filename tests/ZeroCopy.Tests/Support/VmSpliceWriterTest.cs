using System.Buffers;
using System.Runtime.InteropServices;

namespace ZeroCopy.Tests.Support;

/// <summary>A test of the writer that maps, and of who reads what it writes.</summary>
public abstract class VmSpliceWriterTest : KernelTest
{
    /// <summary>A flush of as much is mapped, one of less is copied.</summary>
    protected const int Mapped = 16 * 1024;

    protected const int OneMiB = 1 << 20;

    public static TheoryData<VmSpliceMode> Modes { get; } = [VmSpliceMode.AnyReader, VmSpliceMode.CopyingReader];

    /// <summary>Each mode, flushed by a thread that waits and without one.</summary>
    public static TheoryData<VmSpliceMode, bool> ModesAndFlushes { get; } = new()
    {
        { VmSpliceMode.AnyReader, false },
        { VmSpliceMode.AnyReader, true },
        { VmSpliceMode.CopyingReader, false },
        { VmSpliceMode.CopyingReader, true },
    };

    /// <summary>Starts a flush either way.</summary>
    protected static Task Flushing(VmSpliceWriter writer, bool isAsync, CancellationToken cancellationToken = default) =>
        isAsync ? InTime(() => writer.FlushAsync(cancellationToken).AsTask()) : InBackground(writer.Flush);

    /// <summary>Starts to dispose a writer, or its stream, either way.</summary>
    protected static Task Disposing<T>(T writer, bool isAsync)
        where T : IDisposable, IAsyncDisposable => isAsync ? InTime(() => writer.DisposeAsync().AsTask()) : InBackground(writer.Dispose);

    /// <summary>Has a flush wait for the reader, and gives it up.</summary>
    protected static async Task CancelFlushAsync(VmSpliceWriter writer)
    {
        using CancellationTokenSource cancellation = new();
        Task flush = writer.FlushAsync(cancellation.Token).AsTask();
        flush.IsCompleted.Should().BeFalse("the pipe is full");
        await cancellation.CancelAsync();
        (await FluentActions.Awaiting(() => flush.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(cancellation.Token);
    }

    /// <summary>Writes the bytes of a place, and flushes nothing.</summary>
    protected static void Write(VmSpliceWriter writer, long place, int count)
    {
        for (int written = 0; written < count;)
        {
            Span<byte> room = writer.GetSpan();
            room = room[..Math.Min(room.Length, count - written)];
            PlacedBytes.Fill(room, place + written);
            writer.Advance(room.Length);
            written += room.Length;
        }
    }

    /// <summary>Reads to the end, on a thread of its own.</summary>
    protected static Task<byte[]> Reading(SafeHandle end, int portion = 64 * 1024) => OnItsOwnThread(() =>
    {
        ArrayBufferWriter<byte> all = new();
        int count;
        while ((count = Native.Read(end, all.GetSpan(portion)[..portion])) > 0)
        {
            all.Advance(count);
        }

        return all.WrittenSpan.ToArray();
    });

    /// <summary>Reads to the end, on a thread of its own, what has to be the bytes of the first places.</summary>
    protected static Task MustReadPlaced(SafeHandle end, long count, int portion = 64 * 1024) => InBackground(() =>
    {
        byte[] buffer = new byte[portion];
        long place = 0;
        int read;
        for (; (read = Native.Read(end, buffer)) > 0; place += read)
        {
            new ReadOnlySpan<byte>(buffer, 0, read).MustBePlaced(place);
        }

        place.Should().Be(count);
    });

    /// <summary>Large flushes are mapped, but where the mode needs huge pages and there are none.</summary>
    protected static void MustMap(VmSpliceWriter writer, long atLeast)
    {
        if (writer.Mode == VmSpliceMode.CopyingReader || PageBuffer.HugePageSize > 0)
        {
            writer.BytesMapped.Should().BeGreaterThanOrEqualTo(atLeast);
            (writer.IsCopying, writer.FallbackErrno).Should().Be((false, Errno.None));
        }
    }

    /// <summary>A writer that the end of the test disposes, whatever became of it: its flush then finds no reader.</summary>
    protected VmSpliceWriter NewWriter(Pipe pipe, VmSpliceMode mode)
    {
        VmSpliceWriter writer = new(pipe.WriteHandle, mode);
        Own(new AtTheEnd(() =>
        {
            pipe.ReadHandle.Dispose();
            try
            {
                writer.Dispose();
            }
            catch (Exception e) when (e is ErrnoException or ObjectDisposedException)
            {
                // Only what the test has left unflushed.
            }
        }));
        return writer;
    }

    /// <summary>A pipe of which only the end that is written to may be non-blocking, so that reading is simple.</summary>
    protected Pipe NewPipeTo(int capacity = 0, bool nonBlocking = false)
    {
        Pipe pipe = NewPipe(capacity);
        if (nonBlocking)
        {
            Native.SetStatusFlags(pipe.WriteHandle, Native.O_NONBLOCK);
        }

        return pipe;
    }

    private sealed class AtTheEnd(Action action) : IDisposable
    {
        public void Dispose() => action();
    }
}
