using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>A terminal, in modes that are not the usual ones, and the user's handle of one that the library has opened anew.</summary>
public sealed class CopyTerminalTests : CopyTest
{
    /// <summary>With min 0 and time 0 a read of what has nothing to give returns 0, which is what the end is elsewhere.</summary>
    [SkippableTheory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Copy_FromATerminalWhoseReadsDoNotWait_WaitsForWhatIsTyped(bool isNonBlocking, bool isAsync)
    {
        Shell.SkipWithout("stty");
        (SafeFileHandle master, SafeFileHandle terminal) = Terminal();
        Shell.Run("stty", "-F", Native.UnlockedTerminalOf(master), "min", "0", "time", "0").ExitCode.Should().Be(0);
        Native.Read(terminal, new byte[1]).Should().Be(0, "that is what this is about");
        Native.SetStatusFlags(terminal, Native.StatusFlags(terminal) | (isNonBlocking ? Native.O_NONBLOCK : 0));
        SafeFileHandle destination = FileOf([]);
        TransferCounters counters = new();
        Task<CopyResult> copy = Started(isAsync, terminal, destination, new() { Length = 10, Counters = counters });
        MustRest(copy);
        Native.Write(master, "hello"u8).Should().Be(5);
        Eventually(() => counters.BytesWritten == 5, "what was typed is copied");
        MustRest(copy);
        Native.Write(master, "there"u8).Should().Be(5);
        (await copy.WaitAsync(Patience)).BytesCopied.Should().Be(10);
        ContentOf(destination).Should().Equal("hellothere"u8.ToArray());
    }

    /// <summary>A factory of loggers is the caller's code, and called when the source is known and nothing is opened yet.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_DestinationIsDisposedAsItStarts_ObjectDisposedExceptionAndNothingIsLeftOpen(bool isAsync)
    {
        (SafeFileHandle master, SafeFileHandle terminal) = Terminal();
        SocketPair destination = NewSockets();
        using DisposingLogger logger = new(destination.Near);
        FluentActions.Invoking(() => Copy(isAsync, terminal, destination.Near, new() { LoggerFactory = logger })).Should().Throw<ObjectDisposedException>();
        Directory.GetFiles("/proc/self/fd").Should().ContainSingle(fd => new FileInfo(fd).LinkTarget == Native.UnlockedTerminalOf(master), "that is the caller's");
    }

    /// <summary>What is waited for is a description of the library's own, which stays open.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_UsersHandleOfATerminalIsDisposedWhileItIsWaitedFor_TransferException(bool isAsync)
    {
        (_, SafeFileHandle terminal) = Terminal();
        Task<CopyResult> reading = Started(isAsync, terminal, NewSockets().Near);
        MustRest(reading);
        terminal.Dispose();
        (await MustFailAsDisposed(reading, TransferSide.Source)).BytesRead.Should().Be(0);

        (_, terminal) = Terminal();
        byte[] bytes = Bytes.Random(1 << 20);
        TransferCounters counters = new();
        Task<CopyResult> writing = Started(isAsync, FileOf(bytes), terminal, new() { Counters = counters });
        Eventually(() => counters.BytesWritten > 0 && counters.BytesRead > counters.BytesWritten, "it gets as far as it can");
        MustRest(writing);
        terminal.Dispose();
        (await MustFailAsDisposed(writing, TransferSide.Destination)).MustAccountFor(bytes);
    }

    /// <summary>The terminal is not what is waited for, but the other end.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_UsersHandleOfATerminalIsDisposedWhileTheOtherEndIsWaitedFor_TransferException(bool isAsync)
    {
        (_, SafeFileHandle terminal) = Terminal();
        Task<CopyResult> copy = Started(isAsync, NewSockets().Near, terminal);
        MustRest(copy);
        terminal.Dispose();
        (await MustFailAsDisposed(copy, TransferSide.Destination)).BytesRead.Should().Be(0);
    }

    private (SafeFileHandle Master, SafeFileHandle Terminal) Terminal()
    {
        (SafeFileHandle master, SafeFileHandle terminal) = Native.RawTerminal();
        return (Own(master), Own(terminal));
    }

    private sealed class DisposingLogger(IDisposable disposed) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName)
        {
            disposed.Dispose();
            return NullLogger.Instance;
        }

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
