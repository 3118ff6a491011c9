using System.Globalization;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>A process has so many large pipes at once, and whoever gets none does with an ordinary one.</summary>
public sealed class CopyLargePipesTests : CopyTest
{
    private const int Large = 1024 * 1024;
    private const int MostLarge = 32;
    private const int Many = MostLarge + 8;

    /// <summary>More than a unix socket takes while nobody reads.</summary>
    private static readonly byte[] _sent = Bytes.Random(600_000);

    /// <summary>Each on a thread of its own: on a loop, whoever is in a hurry beside them may have them take smaller ones.</summary>
    [SkippableFact]
    public async Task Copy_MoreAtOnceThanThereAreLargePipesFor_EachMovesItsBytes()
    {
        Skip.If(Pipe.MaxCapacity < Large, "pipes may not be so large here");
        List<(SocketPair Sink, Task<CopyResult> Copy)> copies = [];
        for (int i = 0; i < Many; i++)
        {
            SocketPair source = NewSockets();
            SocketPair sink = NewSockets(unix: true);
            source.Far.Send(_sent).Should().Be(_sent.Length);
            source.Far.Dispose();
            copies.Add((sink, Started(isAsync: false, source.Near, sink.Near)));
        }

        SpinWait.SpinUntil(() => LargePipes() == MostLarge, Patience);
        MustRest(Task.WhenAny(copies.Select(copy => copy.Copy)));
        int large = LargePipes();
        bool mayHaveMore = NewPipe(Large).Capacity == Large;
        foreach ((SocketPair sink, Task<CopyResult> copy) in copies)
        {
            Task<byte[]> reading = OnItsOwnThread(sink.Far.ReceiveToEnd);
            (await copy.WaitAsync(Patience)).BytesCopied.Should().Be(_sent.Length);
            sink.Near.Shutdown(SocketShutdown.Send);
            (await reading.WaitAsync(Patience)).MustBe(_sent);
        }

        Skip.If(large < MostLarge && !mayHaveMore, "another program of this user has the pages for pipes");
        large.Should().Be(MostLarge, "each had a rest that was not taken in a pipe of its own");
    }

    /// <summary>Each has two ends.</summary>
    private static int LargePipes() => Directory.GetFiles("/proc/self/fd").Count(descriptor =>
    {
        using SafeFileHandle handle = new(int.Parse(Path.GetFileName(descriptor), CultureInfo.InvariantCulture), ownsHandle: false);
        return Native.PipeSize(handle) == Large;
    }) / 2;
}
