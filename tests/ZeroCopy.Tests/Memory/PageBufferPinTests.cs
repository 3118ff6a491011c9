using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ZeroCopy.Tests.Memory;

/// <summary>Its Memory can be pinned, as calls to native code do, and whoever pins it may write to it until the pin is released.</summary>
public sealed unsafe class PageBufferPinTests : PageBufferTest
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5000)]
    [InlineData(10_000)]
    public void Pin_Slice_PointsToTheSameBytes(int start)
    {
        byte[] bytes = Bytes.Random(10_000);
        PageBuffer buffer = BufferOf(bytes);
        using MemoryHandle all = buffer.Memory.Pin();
        using MemoryHandle slice = buffer.Memory[start..].Pin();
        ((nint)slice.Pointer).Should().Be((nint)all.Pointer + start);
        new Span<byte>(slice.Pointer, bytes.Length - start).ToArray().MustBe(bytes.AsSpan(start));
    }

    /// <summary>Whoever has a Memory can get at what is behind it.</summary>
    [Fact]
    public void MemoryManager_IsDisposed_NothingHappens()
    {
        PageBuffer buffer = BufferOf("hello"u8);
        MemoryMarshal.TryGetMemoryManager<byte, MemoryManager<byte>>(buffer.Memory, out MemoryManager<byte>? manager).Should().BeTrue();
        ((IDisposable)manager!).Dispose();
        buffer.Span.ToArray().MustBe("hello"u8);
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle).Should().Be(5);
        pipe.ReadText().Should().Be("hello");
    }

    [Fact]
    public void Pin_WhatIsLeft_StartsBehindWhatWasMapped()
    {
        PageBuffer buffer = BufferOf("hello world"u8);
        nint start = AddressOf(buffer.Memory);
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle, 6);
        using (MemoryHandle rest = buffer.Memory.Pin())
        {
            ((nint)rest.Pointer).Should().Be(start + 6);
            "there"u8.CopyTo(new Span<byte>(rest.Pointer, 5));
        }

        buffer.MapInto(pipe.WriteHandle);
        pipe.ReadText().Should().Be("hello there");
    }

    [Fact]
    public void Pin_StreamReadsAsynchronously_TheBytesArrive()
    {
        byte[] bytes = Bytes.Random(100_000);
        File.WriteAllBytes(PathOf("file"), bytes);
        PageBuffer buffer = Own(new PageBuffer(bytes.Length));
        using (FileStream file = new(PathOf("file"), FileMode.Open, FileAccess.Read, FileShare.Read, 0, useAsync: true))
        {
            InTime(() => file.ReadAtLeastAsync(buffer.Memory, bytes.Length).AsTask().GetAwaiter().GetResult()).Should().Be(bytes.Length);
        }

        Pipe pipe = NewPipe(1 << 20);
        buffer.MapInto(pipe.WriteHandle).Should().Be(bytes.Length);
        ReadExactly(pipe, bytes.Length).MustBe(bytes);
    }

    [Fact]
    public void Pin_NothingElseIsLeft_KeepsTheBytes()
    {
        byte[] bytes = Bytes.Random(3 * PageSize);
        MemoryHandle pin = PinOfNobody(bytes);
        Disturb(4 * PageSize);
        new Span<byte>(pin.Pointer, bytes.Length).ToArray().MustBe(bytes);
        pin.Dispose();
    }

    [Fact]
    public void Pin_MappedOrDisposed_ReadsZeroesAndWritesGoNowhere()
    {
        byte[] bytes = Bytes.Random(PageSize);
        Pipe pipe = NewPipe();
        foreach (bool isMapped in (bool[])[true, false])
        {
            PageBuffer buffer = BufferOf(bytes);
            using MemoryHandle pin = buffer.Memory.Pin();
            if (isMapped)
            {
                buffer.MapInto(pipe.WriteHandle);
            }

            buffer.Dispose();
            new Span<byte>(pin.Pointer, PageSize).ToArray().MustBe(new byte[PageSize]);
            new Span<byte>(pin.Pointer, PageSize).Fill(0xEE);
        }

        ReadExactly(pipe, PageSize).MustBe(bytes);
    }

    [Fact]
    public void Pin_DisposedTwice_ReleasesOnce()
    {
        byte[] bytes = Bytes.Random(PageSize);
        PageBuffer buffer = BufferOf(bytes);
        MemoryHandle one = buffer.Memory.Pin();
        MemoryHandle other = buffer.Memory.Pin();
        one.Dispose();
        one.Dispose();
        Collect();
        buffer.Span.ToArray().MustBe(bytes);
        other.Dispose();
        other.Dispose();
        buffer.Span.ToArray().MustBe(bytes, "no pin has released more than it held");
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle).Should().Be(PageSize);
        ReadExactly(pipe, PageSize).MustBe(bytes);
    }

    [Fact]
    public void Pin_Released_TheMemoryIsGivenUp()
    {
        long before = OutstandingBytes;
        PinAndRelease(before);
        OutstandingBytes.Should().Be(before);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PinAndRelease(long before)
    {
        MemoryHandle pin = PinOfNobody(Bytes.Random(PageSize));
        OutstandingBytes.Should().Be(before + PageSize);
        pin.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static MemoryHandle PinOfNobody(byte[] bytes)
    {
        PageBuffer buffer = new(bytes.Length);
        bytes.CopyTo(buffer.Span);
        return buffer.Memory.Pin();
    }
}
