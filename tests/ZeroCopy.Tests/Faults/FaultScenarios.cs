namespace ZeroCopy.Tests.Faults;

/// <summary>All that is done with faults, by name.</summary>
internal static class FaultScenarios
{
    private static readonly Fault[] _withoutSplice = [new("splice", Errno.ENOSYS, Lasts: true)];

    private static readonly Fault[] _withoutVmSplice = [new("vmsplice", Errno.ENOSYS, Lasts: true)];

    private static readonly Fault[] _readAndWrite = [new("copy_file_range", Errno.ENOSYS, Lasts: true), .. _withoutSplice];

    private static readonly Fault[] _otherFileSystem = [new("copy_file_range", Errno.EXDEV, Lasts: true)];

    private static readonly Fault[] _withoutTee = [new("tee", Errno.ENOSYS, Lasts: true)];

    /// <summary>Pages of a file that are gone from a pipe.</summary>
    private static readonly Fault _gone = new("read:own", Errno.ENODATA, Lasts: true, Manner: FaultManner.Silent);

    /// <summary>Of the first, one fills what is left of a large pipe.</summary>
    private static readonly Fault[] _eachSplice =
    [
        .. from errno in new[] { Errno.None, Errno.EAGAIN, Errno.EIO, Errno.ECONNRESET }
           from first in Enumerable.Range(1, 6)
           select new Fault("splice", errno, first),
    ];

    private static readonly byte[] _prefix = Bytes.Random(1000);

    /// <summary>Several calls of copy_file_range.</summary>
    private static readonly int[] _large = [2_500_000];

    /// <summary>A pipe full, a large one full, and more for what is left of its slots.</summary>
    private static readonly int[] _more = [1_300_000];

    private static readonly int[] _messages = [100, 200, 10, 300];

    /// <summary>As much as a terminal holds that nobody reads.</summary>
    private static readonly int[] _typed = [2000, 1000];

    public static IReadOnlyList<FaultScenario> Of(string name) => name switch
    {
        "socket-to-socket" => Both(isAsync => new CopyFaults("socket", "socket", isAsync)),
        "prefix-and-socket-to-socket" => Both(isAsync => new CopyFaults("socket", "socket", isAsync) { Prefix = _prefix }),
        "file-to-socket" => Both(isAsync => new CopyFaults("file", "socket", isAsync)),
        "socket-to-file" => Both(isAsync => new CopyFaults("socket", "file", isAsync)),
        "pipe-to-pipe" => Both(isAsync => new CopyFaults("pipe", "pipe", isAsync)),
        "prefix-and-pipe-to-pipe" => Both(isAsync => new CopyFaults("pipe", "pipe", isAsync) { Prefix = _prefix }),
        "file-to-file" => Both(isAsync => new CopyFaults("file", "file", isAsync) { Portions = _large }),
        "spliced-file-to-file" => Both(isAsync => new CopyFaults("file", "file", isAsync) { Always = _otherFileSystem }),
        "file-to-appending" => Both(isAsync => new CopyFaults("file", "appending", isAsync) { Refusals = [Errno.EBADF, Errno.EINVAL] }),
        "socket-to-appending" => Both(isAsync => new CopyFaults("socket", "appending", isAsync) { Refusals = [Errno.EINVAL] }),
        "zeroes-to-socket" => Both(isAsync => new CopyFaults("zeroes", "socket", isAsync) { Refusals = [Errno.EINVAL] }),
        "messages" => Both(isAsync => new CopyFaults("socket", "socket", isAsync) { Portions = _messages }),
        "copied-socket-to-socket" => Both(isAsync => new CopyFaults("socket", "socket", isAsync) { Always = _withoutSplice, Prefix = _prefix }),
        "copied-pipe-to-pipe" => Both(isAsync => new CopyFaults("pipe", "pipe", isAsync) { Always = _withoutSplice }),
        "copied-file-to-pipe" => Both(isAsync => new CopyFaults("file", "pipe", isAsync) { Always = _withoutSplice }),
        "copied-stream-to-stream" => Both(isAsync => new CopyFaults("stream", "stream", isAsync) { Always = _readAndWrite }),
        "terminals" =>
        [
            .. Both(isAsync => new CopyFaults("terminal", "socket", isAsync) { Portions = _typed }),
            .. Both(isAsync => new CopyFaults("socket", "terminal", isAsync) { Portions = _typed }),
        ],
        "much-at-once" => Both(isAsync => new CopyFaults("full-socket", "roomy-socket", isAsync) { Portions = _more, Faults = _eachSplice }),
        "file-that-was-shortened" => [.. Shortened("file", "socket"), .. Shortened("stream", "socket"), .. Shortened("file", "pipe"), .. ShortenedAndCopied()],
        "takes-nothing" => [.. TakesNothing(new("splice", Errno.EIO, 2, Manner: FaultManner.Silent)), .. TakesNothing(
            new("send", Errno.EIO, Manner: FaultManner.Silent), _withoutSplice)],
        "relay" => [new RelayFaults(100_000, 60_000)],
        "relay-of-messages" => [new RelayFaults(1000, 500)],
        "copied-relay" => [new RelayFaults(100_000, 60_000) { Always = _withoutSplice }],
        "tapped-relay" => [new RelayFaults(100_000, 60_000) { Tap = "file" }, new RelayFaults(1000, 500) { Tap = "socket" }],
        "fan-out" => Both(isAsync => new FanOutFaults(isAsync, "socket", "socket", "pipe")),
        "fan-out-to-file" => Both(isAsync => new FanOutFaults(isAsync, "socket", "file", "socket")),
        "fan-out-of-file" =>
        [
            .. Both(isAsync => new FanOutFaults(isAsync, "file", "appending", "pipe") { Refusals = [Errno.EINVAL] }),
            .. Both(isAsync => new FanOutFaults(isAsync, "file", "socket", "pipe") { Always = _withoutTee }),
        ],
        "fan-out-to-all" => Both(isAsync => new FanOutFaults(isAsync, "socket", "file", "terminal", "pipe", "appending") { Portion = 1500, Refusals = [Errno.EINVAL] }),
        "copied-fan-out" => Both(isAsync => new FanOutFaults(isAsync, "socket", "socket", "socket") { Always = _withoutSplice }),
        "writer-to-any-reader" => Both(isAsync => new WriterFaults(VmSpliceMode.AnyReader, isAsync)),
        "writer-to-copying-reader" => Both(isAsync => new WriterFaults(VmSpliceMode.CopyingReader, isAsync)),
        "buffer" => [new BufferFaults(hugePages: false), new BufferFaults(hugePages: true)],
        "copying-writer" => Both(isAsync => new WriterFaults(VmSpliceMode.AnyReader, isAsync) { Always = _withoutVmSplice }),
        "disk-that-is-stuck" => [new StuckFaults()],
        "waits" => [new WaitFaults()],
        "pool" => [new RentFaults()],
        "probe" => [new ProbeFaults()],
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such scenario."),
    };

    /// <summary>Its pages are gone: when they are to go to the destination, and when that has failed and they are to be handed back.</summary>
    private static IEnumerable<FaultScenario> Shortened(string from, string to) =>
    [
        .. Both(isAsync => new CopyFaults(from, to, isAsync) { Faults = [new("splice", Errno.ENODATA, 2, Manner: FaultManner.Silent)] }),
        .. Both(isAsync => new CopyFaults(from, to, isAsync) { Always = [_gone], Faults = [new("splice", Errno.EPIPE, 2)] }),
    ];

    private static FaultScenario[] ShortenedAndCopied() =>
        Both(isAsync => new CopyFaults("file", "appending", isAsync) { Refusals = [Errno.EBADF, Errno.EINVAL], Faults = [_gone with { Lasts = false }] });

    private static FaultScenario[] TakesNothing(Fault fault, params Fault[] always) =>
        Both(isAsync => new CopyFaults("socket", "socket", isAsync) { Always = always, Faults = [fault] });

    private static FaultScenario[] Both(Func<bool, FaultScenario> scenario) => [scenario(false), scenario(true)];
}
