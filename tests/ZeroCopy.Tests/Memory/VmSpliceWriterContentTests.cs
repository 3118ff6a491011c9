using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Memory;

/// <summary>In mode AnyReader what a reader has taken, or left, stays as it was written, whatever happens on this side.</summary>
public sealed class VmSpliceWriterContentTests : VmSpliceWriterTest
{
    private const int Capacity = OneMiB;

    [Fact]
    public void Flush_ThenCollectionsAndMuchOtherMemory_BytesStay()
    {
        Pipe pipe = NewPipe(Capacity);
        VmSpliceWriter writer = NewWriter(pipe, VmSpliceMode.AnyReader);
        Write(writer, 0, Capacity);
        writer.Flush();
        MustMap(writer, Capacity);
        UseMuchMemory();
        pipe.Read().MustBe(PlacedBytes.Of(Capacity));
    }

    [Fact]
    public void Dispose_BytesUnread_BytesStay()
    {
        Pipe pipe = NewPipe(Capacity);
        MapAndForget(pipe);
        UseMuchMemory();
        pipe.Read().MustBe(PlacedBytes.Of(Capacity));
    }

    [Fact]
    public void Flush_ReaderSplicesToASocketThatIsReadLate_BytesStay()
    {
        Pipe pipe = NewPipe(Capacity);
        using SocketPair sockets = SocketPair.Tcp();
        sockets.Near.SendBufferSize = sockets.Far.ReceiveBufferSize = 4 * Capacity;
        VmSpliceWriter writer = NewWriter(pipe, VmSpliceMode.AnyReader);
        Write(writer, 0, Capacity / 4);
        writer.Flush();
        InTime(() => Splice.Move(pipe.ReadHandle, sockets.Near.SafeHandle, Capacity / 4)).Should().Be(Capacity / 4);
        pipe.BytesAvailable.Should().Be(0, "the pipe tells nothing of who has the pages now");
        MustWriteOtherBytes(writer, pipe);
        InTime(() => sockets.Far.ReceiveExactly(Capacity / 4)).MustBe(PlacedBytes.Of(Capacity / 4));
    }

    [Fact]
    public void Flush_ReaderSplicesOn_BytesStay()
    {
        Pipe pipe = NewPipe(Capacity);
        Pipe next = NewPipe(Capacity);
        using SafeFileHandle file = File.OpenHandle(PathOf("file"), FileMode.Create, FileAccess.Write);
        VmSpliceWriter writer = NewWriter(pipe, VmSpliceMode.AnyReader);
        Write(writer, 0, Capacity);
        writer.Flush();
        Splice.Move(pipe.ReadHandle, next.WriteHandle, Capacity).Should().Be(Capacity);
        MustWriteOtherBytes(writer, pipe);
        for (int left = Capacity; left > 0;)
        {
            left -= (int)Splice.Move(next.ReadHandle, file, left);
        }

        File.ReadAllBytes(PathOf("file")).MustBe(PlacedBytes.Of(Capacity));
    }

    [Fact]
    public void Flush_ThenTee_BothHaveTheBytes()
    {
        Pipe pipe = NewPipe(Capacity);
        Pipe duplicate = NewPipe(Capacity);
        VmSpliceWriter writer = NewWriter(pipe, VmSpliceMode.AnyReader);
        Write(writer, 0, Capacity);
        writer.Flush();
        Tee.Duplicate(pipe.ReadHandle, duplicate.WriteHandle, Capacity).Should().Be(Capacity);
        pipe.Read().MustBe(PlacedBytes.Of(Capacity));
        MustWriteOtherBytes(writer, pipe);
        duplicate.Read().MustBe(PlacedBytes.Of(Capacity));
    }

    [Fact]
    public void Flush_ThenAProcessIsStarted_BytesStay()
    {
        Pipe pipe = NewPipe(Capacity);
        VmSpliceWriter writer = NewWriter(pipe, VmSpliceMode.AnyReader);
        Write(writer, 0, Capacity / 2);
        writer.Flush();
        Shell.Run("true").ExitCode.Should().Be(0);
        Write(writer, Capacity / 2, Capacity / 4);
        writer.Flush();
        pipe.Read().MustBe(PlacedBytes.Of(Capacity * 3 / 4));
    }

    /// <summary>Goes on for so long that every page of the writer would be written to again several times, if it ever was.</summary>
    private static void MustWriteOtherBytes(VmSpliceWriter writer, Pipe pipe)
    {
        for (int i = 0; i < 128; i++)
        {
            writer.GetSpan(Capacity / 2)[..(Capacity / 2)].Fill(0xff);
            writer.Advance(Capacity / 2);
            writer.Flush();
            pipe.Read().Should().HaveCount(Capacity / 2);
        }
    }

    private static void MapAndForget(Pipe pipe)
    {
        using VmSpliceWriter writer = new(pipe.WriteHandle);
        Write(writer, 0, Capacity);
    }

    private static unsafe void UseMuchMemory()
    {
        for (int i = 0; i < 20; i++)
        {
            Enumerable.Range(0, 100).Select(_ => new byte[50_000]).Should().AllSatisfy(bytes => bytes.AsSpan().Fill(0xee));
            void* native = NativeMemory.AlignedAlloc(Capacity, 4096);
            new Span<byte>(native, Capacity).Fill(0xdd);
            NativeMemory.AlignedFree(native);
            using PageBuffer buffer = new(Capacity, hugePages: true);
            buffer.Span.Fill(0xcc);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
