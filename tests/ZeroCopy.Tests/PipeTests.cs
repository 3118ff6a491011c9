using System.Globalization;

namespace ZeroCopy.Tests;

public sealed class PipeTests : KernelTest
{
    private static readonly int _page = Environment.SystemPageSize;

    [Fact]
    public void Constructor_NoArguments_BlockingCloseOnExecAndEmpty()
    {
        Pipe pipe = NewPipe();
        Native.DescriptorFlags(pipe.ReadHandle).Should().Be(1);
        Native.DescriptorFlags(pipe.WriteHandle).Should().Be(1);
        Native.StatusFlags(pipe.ReadHandle).Should().Be(Native.O_RDONLY);
        Native.StatusFlags(pipe.WriteHandle).Should().Be(Native.O_WRONLY);
        pipe.BytesAvailable.Should().Be(0);
        pipe.Capacity.Should().BeGreaterThanOrEqualTo(_page);
    }

    [Fact]
    public void Constructor_NonBlocking_BothEnds()
    {
        Pipe pipe = NewPipe(nonBlocking: true);
        Native.StatusFlags(pipe.ReadHandle).Should().Be(Native.O_RDONLY | Native.O_NONBLOCK);
        Native.StatusFlags(pipe.WriteHandle).Should().Be(Native.O_WRONLY | Native.O_NONBLOCK);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(16, 16)]
    [InlineData(17, 32)]
    public void Capacity_Set_RoundedUpToAPowerOfTwoOfPages(int pages, int expected)
    {
        NewPipe(pages * _page).Capacity.Should().Be(expected * _page);
        Pipe pipe = NewPipe();
        pipe.Capacity = (pages * _page) - 1;
        pipe.Capacity.Should().Be(expected * _page);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Capacity_SetToLessThanAPage_OnePage(int bytes)
    {
        Pipe pipe = NewPipe();
        pipe.Capacity = bytes;
        pipe.Capacity.Should().Be(_page);
    }

    [Fact]
    public void Capacity_SetBelowTheSlotsInUse_EbusyThatSaysWhatToDo()
    {
        Pipe pipe = NewPipe(4 * _page).Full();
        FluentActions.Invoking(() => pipe.Capacity = _page).Should().Throw<ErrnoException>()
            .WithMessage("fcntl: EBUSY (16): *read some of its bytes first.").Which.Errno.Should().Be(Errno.EBUSY);
        pipe.Capacity.Should().Be(4 * _page);
        pipe.BytesAvailable.Should().Be(4 * _page);
    }

    [Fact]
    public void Capacity_SetBelowTheSlotsInUseByFewBytes_Ebusy()
    {
        Pipe pipe = NewPipe(4 * _page);
        Pipe bytes = NewPipe();
        bytes.Write("abc");
        for (int i = 0; i < 3; i++)
        {
            Splice.Move(bytes.ReadHandle, pipe.WriteHandle, 1).Should().Be(1);
        }

        FluentActions.Invoking(() => pipe.Capacity = 2 * _page).Should().Throw<ErrnoException>().Which.Errno.Should().Be(Errno.EBUSY);
    }

    [SkippableFact]
    public void Capacity_SetAboveTheMost_EpermThatSaysWhatToDo()
    {
        SkipWithUnlimitedPipes();
        Pipe pipe = NewPipe();
        int before = pipe.Capacity;
        FluentActions.Invoking(() => pipe.Capacity = Pipe.MaxCapacity + 1).Should().Throw<ErrnoException>()
            .WithMessage("fcntl: EPERM (1): *pipe-max-size*pipe-user-pages-soft*").Which.Errno.Should().Be(Errno.EPERM);
        pipe.Capacity.Should().Be(before);
    }

    [SkippableFact]
    public void Constructor_CapacityAboveTheMost_TheMost()
    {
        SkipWithUnlimitedPipes();
        NewPipe(int.MaxValue).Capacity.Should().Be(Pipe.MaxCapacity);
    }

    [Fact]
    public void MaxCapacity_Always_WhatTheKernelSays() =>
        Pipe.MaxCapacity.Should().Be(int.Parse(File.ReadAllText("/proc/sys/fs/pipe-max-size"), CultureInfo.InvariantCulture));

    [Fact]
    public void Negative_Capacity_ArgumentOutOfRangeException()
    {
        FluentActions.Invoking(() => new Pipe(-1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("capacity");
        Pipe pipe = NewPipe();
        FluentActions.Invoking(() => pipe.Capacity = -1).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void BytesAvailable_AfterWritesAndReads_WhatIsLeft()
    {
        Pipe pipe = NewPipe();
        pipe.Write("hello");
        pipe.BytesAvailable.Should().Be(5);
        pipe.Read(2);
        pipe.BytesAvailable.Should().Be(3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Properties_OneEndDisposed_StillWork(bool readEnd)
    {
        Pipe pipe = NewPipe();
        pipe.Write("hello");
        (readEnd ? pipe.ReadHandle : pipe.WriteHandle).Dispose();
        pipe.Capacity = 2 * _page;
        pipe.Capacity.Should().Be(2 * _page);
        pipe.BytesAvailable.Should().Be(5);
    }

    [Fact]
    public void Properties_BothEndsDisposed_ObjectDisposedException()
    {
        Pipe pipe = new();
        pipe.Dispose();
        pipe.Dispose();
        FluentActions.Invoking(() => pipe.Capacity).Should().Throw<ObjectDisposedException>();
        FluentActions.Invoking(() => pipe.Capacity = _page).Should().Throw<ObjectDisposedException>();
        FluentActions.Invoking(() => pipe.BytesAvailable).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void ChildProcess_Inherits_NoEndOfAPipe()
    {
        Pipe pipe = NewPipe();
        string link = new FileInfo($"/proc/self/fd/{pipe.ReadHandle.DangerousGetHandle()}").LinkTarget!;
        Shell.Run("ls", "-l", "/proc/self/fd").Text.Should().NotContain(link).And.Contain("pipe:");
    }

    private static void SkipWithUnlimitedPipes()
    {
        const int CapSysResource = 24;
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        ulong capabilities = ulong.Parse(line.AsSpan("CapEff:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        Skip.If((capabilities >> CapSysResource & 1) == 1, "CAP_SYS_RESOURCE lifts the limit");
    }
}
