using System.Globalization;

namespace ZeroCopy.Processes.Tests.Transfers;

/// <summary>Copies and fan-outs that nothing moves on wait: they do not ask again and again, and hold no thread.</summary>
public sealed class ParkedTests
{
    [Theory]
    [InlineData("silent-socket>roomy-tcp", "silent-pipe>roomy-tcp", "silent-terminal>roomy-tcp", "silent-socket>file", "drained-socket>roomy-tcp")]
    [InlineData("urgent-byte>roomy-tcp", "urgent-byte>deaf-unix", "silent-socket>urgent-tcp")]
    [InlineData("silent-socket>dead-pipe", "silent-socket>reset-tcp", "silent-terminal>dead-pipe")]
    [InlineData("socket>deaf-unix", "socket>deaf-pipe", "socket>deaf-terminal", "file>deaf-unix", "nothing-but-the-prefix>deaf-unix")]
    [InlineData("socket>half-closed-unix", "ended-socket>deaf-unix", "reset-socket>deaf-unix", "ended-pipe>deaf-unix", "ended-pipe>deaf-pipe")]
    [InlineData("socket>deaf-tcp", "ended-pipe>deaf-tcp")]
    public void CopyAsync_NothingMoves_NoProcessorTimeAndNoThread(params string[] kinds) => MustRest(kinds);

    /// <summary>Nobody waits with a thread: not for the source, not for a sink, and not for one that is a file beside one that is stuck.</summary>
    [Theory]
    [InlineData("silent-socket>roomy-tcp+file", "silent-pipe>roomy-tcp+roomy-tcp", "silent-socket>dead-pipe+roomy-tcp", "silent-terminal>roomy-tcp+file")]
    [InlineData("socket>deaf-unix+roomy-tcp", "socket>roomy-tcp+deaf-pipe+file", "file>deaf-unix+file", "nothing-but-the-prefix>deaf-unix+deaf-pipe")]
    [InlineData("socket>deaf-terminal+deaf-tcp", "ended-socket>deaf-unix+roomy-tcp", "reset-socket>deaf-unix+dead-pipe")]
    public void FanOutAsync_NothingMoves_NoProcessorTimeAndNoThread(params string[] kinds) => MustRest(kinds);

    private static void MustRest(string[] kinds)
    {
        string[] said = Child.RunAfter("ulimit -n 4096", ["stalled-copies", .. kinds.Select(kind => $"'{kind}'")]).Text.Split('\n');
        said[..2].Should().Equal("parked", "still parked");
        TimeSpan.Parse(said[2], CultureInfo.InvariantCulture).Should().BeLessThan(TimeSpan.FromMilliseconds(50), "it is a tenth");
        said[3..5].Should().Equal("0 busy", "cancelled");
    }
}
