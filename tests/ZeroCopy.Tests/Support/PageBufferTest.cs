using System.Buffers;
using System.Runtime.InteropServices;

namespace ZeroCopy.Tests.Support;

/// <summary>A test of memory that is handed over to pipes.</summary>
public abstract class PageBufferTest : KernelTest
{
    /// <summary>More than all addresses that wait before they serve again.</summary>
    private const int Much = 80 * 1024 * 1024;

    protected static int PageSize => Environment.SystemPageSize;

    /// <summary>What is charged once all is collected that earlier tests left.</summary>
    protected static long OutstandingBytes
    {
        get
        {
            Collect();
            return PageBuffer.OutstandingBytes;
        }
    }

    /// <summary>A buffer with these bytes in it.</summary>
    protected PageBuffer BufferOf(ReadOnlySpan<byte> bytes, bool hugePages = false)
    {
        PageBuffer buffer = Own(new PageBuffer(bytes.Length, hugePages));
        bytes.CopyTo(buffer.Span);
        return buffer;
    }

    /// <summary>Reads until there are so many bytes, and fails where it is stuck.</summary>
    protected static byte[] ReadExactly(Pipe pipe, int count) => InTime(() =>
    {
        byte[] bytes = new byte[count];
        for (int read = 0; read < count;)
        {
            byte[] more = pipe.Read(count - read);
            more.Should().NotBeEmpty("{0} of {1} bytes came, and then the end", read, count);
            more.CopyTo(bytes, read);
            read += more.Length;
        }

        return bytes;
    });

    protected static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    /// <summary>Fills so much memory of each kind with other bytes that some would be where buffers of that length were.</summary>
    protected static unsafe void Disturb(int length)
    {
        Collect();
        for (int i = 0; i < Much / length; i++)
        {
            using PageBuffer buffer = new(length);
            buffer.Span.Fill(0xEE);
            new byte[length].AsSpan().Fill(0xEE);
            if (i % 16 == 0)
            {
                void* native = NativeMemory.AlignedAlloc((nuint)length, (nuint)PageSize);
                new Span<byte>(native, length).Fill(0xEE);
                NativeMemory.AlignedFree(native);
            }
        }

        Collect();
    }

    protected static unsafe nint AddressOf(Memory<byte> memory)
    {
        using MemoryHandle pin = memory.Pin();
        return (nint)pin.Pointer;
    }
}
