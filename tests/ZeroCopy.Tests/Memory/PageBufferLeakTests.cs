using System.Runtime.CompilerServices;

namespace ZeroCopy.Tests.Memory;

/// <summary>Ten thousand buffers leave nothing behind: no memory, no mapping, no descriptor, no charge.</summary>
public sealed class PageBufferLeakTests : PageBufferTest
{
    private const int Count = 10_000;

    /// <summary>Less than a page of each, and far more than all else that happens meanwhile.</summary>
    private const long MostMemory = 30L * 1024 * 1024;

    private const int MostMappings = 50;

    public static TheoryData<int> Lengths { get; } = [1, PageSize, 5 * PageSize];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void TenThousand_MappedAndReadAndDisposed_LeaveNothing(int length)
    {
        Pipe pipe = NewPipe();
        byte[] bytes = Bytes.Random(length);
        byte[] read = new byte[length];
        MustLeaveNothing(_ =>
        {
            using PageBuffer buffer = new(length);
            bytes.CopyTo(buffer.Span);
            buffer.MapInto(pipe.WriteHandle).Should().Be(length);
            Native.Read(pipe.ReadHandle, read).Should().Be(length);
            read.AsSpan().SequenceEqual(bytes).Should().BeTrue();
        });
    }

    [Fact]
    public void TenThousand_OfDifferentLengthsMappedInPartAndDisposed_LeaveNothing()
    {
        Pipe pipe = NewPipe();
        Random random = new(1);
        byte[] read = new byte[1 << 20];
        MustLeaveNothing(_ =>
        {
            int length = random.Next(1, 12 * PageSize);
            using PageBuffer buffer = new(length);
            buffer.Span.Fill(0xEE);
            int mapped = (int)buffer.MapInto(pipe.WriteHandle, random.Next(1, length));
            Native.Read(pipe.ReadHandle, read).Should().Be(mapped);
        });
    }

    [Fact]
    public void TenThousand_NobodyDisposesThem_LeaveNothingOnceTheyAreCollected()
    {
        Pipe pipe = NewPipe();
        Random random = new(2);
        MustLeaveNothing(i =>
        {
            PageBuffer buffer = new(random.Next(1, 12 * PageSize));
            buffer.Span.Fill(0xEE);
            if (i % 3 == 0)
            {
                pipe.Read((int)buffer.MapInto(pipe.WriteHandle, 1));
            }
        });
    }

    [Fact]
    public void TenThousand_InThePipeOneByOneAndLeftThere_LeaveNothingOnceItIsClosed()
    {
        MustLeaveNothing(_ =>
        {
            using Pipe pipe = new();
            using PageBuffer buffer = new(PageSize);
            buffer.Span.Fill(0xEE);
            buffer.MapInto(pipe.WriteHandle);
            pipe.BytesAvailable.Should().Be(PageSize);
        });
    }

    /// <summary>The collector comes seldom, so that each has addresses of its own.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Hundreds_OfMuchAddressSpace_AreFewMappings(bool hugePages)
    {
        int before = ProcessMemory.Mappings;
        for (int i = 0; i < 300; i++)
        {
            using PageBuffer buffer = new(256 << 20, hugePages);
        }

        ProcessMemory.Mappings.Should().BeLessThan(before + MostMappings);
    }

    [Fact]
    public void Outstanding_SomeHeld_IsTheirPages()
    {
        long before = OutstandingBytes;
        PageBuffer one = Own(new PageBuffer(1));
        PageBuffer two = Own(new PageBuffer(PageSize + 1));
        PageBuffer three = Own(new PageBuffer(10 * PageSize));
        OutstandingBytes.Should().Be(before + (13 * PageSize));
        one.Dispose();
        OutstandingBytes.Should().Be(before + (12 * PageSize));
        two.MapInto(NewPipe().WriteHandle);
        OutstandingBytes.Should().Be(before + (10 * PageSize), "what is in pipes is not among them");
        three.Dispose();
        two.Dispose();
        OutstandingBytes.Should().Be(before);
    }

    [Fact]
    public void Outstanding_PartHandedOver_IsThePagesThatAreLeft()
    {
        long before = OutstandingBytes;
        PageBuffer buffer = Own(new PageBuffer(10 * PageSize));
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle, (3 * PageSize) + 1);
        OutstandingBytes.Should().Be(before + (7 * PageSize));
        buffer.MapInto(pipe.WriteHandle, 1);
        OutstandingBytes.Should().Be(before + (7 * PageSize));
        buffer.MapInto(pipe.WriteHandle, PageSize - 2);
        OutstandingBytes.Should().Be(before + (6 * PageSize));
        buffer.Dispose();
        OutstandingBytes.Should().Be(before);
    }

    /// <summary>Twice: what the first round needs, such as code and addresses, serves the second.</summary>
    private static void MustLeaveNothing(Action<int> use)
    {
        Repeat(use, Count / 10);
        long charged = OutstandingBytes;
        long resident = ProcessMemory.Resident;
        int mappings = ProcessMemory.Mappings;
        Repeat(use, Count);
        OutstandingBytes.Should().Be(charged);
        ProcessMemory.Mappings.Should().BeLessThan(mappings + MostMappings);
        ProcessMemory.Resident.Should().BeLessThan(resident + MostMemory);
    }

    /// <summary>So that no local of the test keeps the last.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Repeat(Action<int> use, int count)
    {
        for (int i = 0; i < count; i++)
        {
            use(i);
        }
    }
}
