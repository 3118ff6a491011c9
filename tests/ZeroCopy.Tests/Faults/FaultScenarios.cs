namespace ZeroCopy.Tests.Faults;

/// <summary>All that is done with faults, by name.</summary>
internal static class FaultScenarios
{
    private static readonly Fault[] _withoutSplice = [new("splice", Errno.ENOSYS, Lasts: true)];

    private static readonly Fault[] _readAndWrite = [new("copy_file_range", Errno.ENOSYS, Lasts: true), .. _withoutSplice];

    private static readonly Fault[] _otherFileSystem = [new("copy_file_range", Errno.EXDEV, Lasts: true)];

    private static readonly Fault[] _withoutTee = [new("tee", Errno.ENOSYS, Lasts: true)];

    private static readonly byte[] _prefix = Bytes.Random(1000);

    /// <summary>Several calls of copy_file_range.</summary>
    private static readonly int[] _large = [2_500_000];

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
        "waits" => [new WaitFaults()],
        "pool" => [new RentFaults()],
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such scenario."),
    };

    private static FaultScenario[] Both(Func<bool, FaultScenario> scenario) => [scenario(false), scenario(true)];
}
