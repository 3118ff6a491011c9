using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>What is told of a copy before it runs is what it then does, and telling it moves and changes nothing.</summary>
public sealed class TransferPlanTests : TransferTest
{
    private static readonly byte[] _bytes = Bytes.Random(300_000);

    public static TheoryData<EndKind, EndKind> Pairs()
    {
        TheoryData<EndKind, EndKind> pairs = [];
        foreach (EndKind source in Enum.GetValues<EndKind>())
        {
            foreach (EndKind destination in Enum.GetValues<EndKind>())
            {
                pairs.Add(source, destination);
            }
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Explain_AnyToAny_WhatTheCopyDoes(EndKind from, EndKind to)
    {
        Content content = new(2_000_000, seed: 1, isZero: from == EndKind.Device);
        using CopyDestination destination = new(to, NewPath());
        using CopySource source = new(from, NewPath(), content);
        Task<bool> feeding = OnItsOwnThread(source.Feed);
        Task<Digest> collecting = OnItsOwnThread(() => destination.Collect(seed: 1));
        CopyOptions options = new() { Length = source.Length, SourceOffset = source.Offset, DestinationOffset = destination.Offset };
        MustBeAsPlanned(source.Endpoint, destination.Endpoint, options).BytesCopied.Should().Be(content.Length);
        destination.End();
        InTime(() => feeding.Result).Should().BeTrue();
        if (InTime(() => collecting.Result) is var arrived && destination.Keeps)
        {
            arrived.Should().Be(content.Digest, "nothing was taken for the plan");
        }
    }

    [Theory]
    [InlineData(EndKind.File, TransferPath.Splice | TransferPath.ReadWrite)]
    [InlineData(EndKind.FileAtOffset, TransferPath.Splice | TransferPath.ReadWrite)]
    [InlineData(EndKind.Pipe, TransferPath.Splice | TransferPath.ReadWrite)]
    [InlineData(EndKind.Tcp, TransferPath.Splice | TransferPath.ReadWrite)]
    [InlineData(EndKind.Device, TransferPath.Splice | TransferPath.ReadWrite)]
    public void Explain_ToAFileThatAppends_SplicedFromAndWrittenTo(EndKind from, TransferPath expected)
    {
        using CopySource source = new(from, NewPath(), new Content(100_000, seed: 1));
        Task<bool> feeding = OnItsOwnThread(source.Feed);
        using SafeFileHandle destination = Native.Open(NewPath(), Native.O_WRONLY | Native.O_CREAT | Native.O_APPEND);
        CopyResult result = MustBeAsPlanned(source.Endpoint, destination, new() { Length = source.Length, SourceOffset = source.Offset });
        (result.Path, result.FallbackErrno).Should().Be((expected, Errno.EINVAL));
        InTime(() => feeding.Result).Should().BeTrue();
    }

    [SkippableTheory]
    [InlineData("/proc/version")]
    [InlineData("/proc/mounts")]
    [InlineData("/proc/sys/kernel/ostype")]
    [InlineData("/proc/self/status")]
    [InlineData("/proc/self/limits")]
    [InlineData("/sys/class/net/lo/mtu")]
    public void Explain_FromAFileOfTheKernel_WhatTheCopyDoes(string path)
    {
        Skip.IfNot(File.Exists(path), $"{path} does not exist");
        using SafeFileHandle source = Native.Open(path, Native.O_RDONLY);
        CopyOptions options = new() { SourceOffset = 0 };
        MustBeAsPlanned(source, FileOf([]), options).BytesCopied.Should().BePositive();
        MustBeAsPlanned(source, NewPipe(1 << 20).WriteHandle, options).BytesCopied.Should().BePositive();
        MustBeAsPlanned(source, NewSockets().Near, options).BytesCopied.Should().BePositive();
        MustBeAsPlanned(source, NewSockets(unix: true).Near, options).BytesCopied.Should().BePositive();
    }

    [Fact]
    public void Explain_ToAFileOfTheKernel_WhatTheCopyDoes()
    {
        const string Name = "/proc/self/comm";
        byte[] before = File.ReadAllBytes(Name);
        using SafeFileHandle destination = Native.Open(Name, Native.O_WRONLY);
        CopyResult result = MustBeAsPlanned(PipeOf("copied").ReadHandle, destination, new() { Length = 6 });
        File.WriteAllBytes(Name, before);
        result.FallbackErrno.Should().Be(Errno.EINVAL, "it takes no splice");
    }

    [Fact]
    public void Explain_Snapshot_WhatTheCopyDoes()
    {
        CopyOptions options = new() { Snapshot = true, SourceOffset = 0 };
        SafeFileHandle source = FileOf("hello"u8.ToArray());
        MustBeAsPlanned(source, NewSockets().Near, options).Path.Should().Be(TransferPath.ReadWrite);
        MustBeAsPlanned(source, NewPipe().WriteHandle, options).Path.Should().Be(TransferPath.ReadWrite | TransferPath.Splice);
        MustBeAsPlanned(source, FileOf([]), options).Path.Should().Be(TransferPath.CopyFileRange);
        MustBeAsPlanned(PipeOf("hello").ReadHandle, FileOf([]), new() { Snapshot = true, Length = 5 }).Path.Should().Be(TransferPath.Splice);
    }

    [SkippableFact]
    public void Explain_ToAnotherDisk_ExdevAndSplice()
    {
        const string Other = "/dev/shm";
        Skip.If(Shell.Run("stat", "-c", "%d", Folder).Text == Shell.Run("stat", "-c", "%d", Other).Text, $"{Folder} and {Other} are of one file system");
        using SafeFileHandle there = File.OpenHandle(
            Path.Combine(Other, Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        CopyResult result = MustBeAsPlanned(FileOf(_bytes), there);
        (result.Path, result.FallbackErrno).Should().Be((TransferPath.Splice, Errno.EXDEV));
    }

    /// <summary>Sockets that .NET does not know as such stay blocking, and are not spliced where that would wait.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Explain_HandlesOfBlockingSockets_WhatTheCopyDoes(bool isUnix, bool isSource)
    {
        SocketPair sockets = NewSockets(isUnix);
        using SafeFileHandle handle = Native.Duplicate(sockets.Near.SafeHandle);
        sockets.Far.Send("hello"u8);
        CopyResult result = isSource
            ? MustBeAsPlanned(handle, NewPipe().WriteHandle, new() { Length = 5 })
            : MustBeAsPlanned(FileOf("hello"u8.ToArray()), handle);
        result.Path.HasFlag(TransferPath.ReadWrite).Should().Be(!(isUnix && isSource));
        (Native.StatusFlags(handle) & Native.O_NONBLOCK).Should().Be(0);
    }

    [Fact]
    public void Explain_NothingToCopy_None()
    {
        TransferPlan plan = Transfer.Explain(PipeOf("hello").ReadHandle, NewPipe().WriteHandle, new() { Length = 0 });
        (plan.Path, plan.FallbackErrno, plan.PipeCapacity).Should().Be((TransferPath.None, Errno.None, 0));
    }

    [Fact]
    public void Explain_Ends_AreNamedAndTheReasonGiven()
    {
        TransferPlan plan = Transfer.Explain(FileOf(_bytes), NewSockets().Near, new() { PipeCapacity = 2 * 64 * 1024 });
        (plan.Source, plan.Destination, plan.PipeCapacity).Should().Be((EndpointKind.File, EndpointKind.Socket, 2 * 64 * 1024));
        plan.ToString().Should().Be("File to Socket: Splice, through a pipe of 131072 bytes: the source is spliced; the destination is spliced to");
        Transfer.Explain(NewSockets().Near, NewSockets().Near).Reason.Should().EndWith("small messages are received and sent, which takes less");
    }

    private static CopyResult MustBeAsPlanned(TransferEndpoint source, TransferEndpoint destination, CopyOptions? options = null)
    {
        TransferPlan plan = InTime(() => Transfer.Explain(source, destination, options));
        CopyResult result = Copy(isAsync: true, source, destination, options);

        // A socket is read as well when it was called readable for nothing, and when its messages are small.
        TransferPath mayBe = plan.Source == EndpointKind.Socket ? TransferPath.ReadWrite : TransferPath.None;
        (result.Path | mayBe).Should().Be(plan.Path | mayBe, plan.ToString());
        result.Path.Should().HaveFlag(plan.Path, plan.ToString());
        result.FallbackErrno.Should().Be(plan.FallbackErrno, plan.ToString());
        result.Statistics.PipeCapacity.Should().BeGreaterThanOrEqualTo(plan.Path.HasFlag(TransferPath.ReadWrite) ? 0 : plan.PipeCapacity);
        plan.PipeCapacity.Should().Match(capacity => capacity > 0 == plan.Path.HasFlag(TransferPath.Splice));
        return result;
    }
}
