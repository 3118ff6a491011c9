using System.Runtime.InteropServices;

namespace ZeroCopy.Tests.Api;

/// <summary>The C# of fan-out.md, as it stands there.</summary>
internal static class FanOutExamples
{
    public static long CopyAndMove(Pipe source, Pipe copy, SafeHandle destination)
    {
        long duplicated = Tee.Duplicate(source.ReadHandle, copy.WriteHandle, 4096);
        long moved = Splice.Move(source.ReadHandle, destination, duplicated);
        return moved;
    }

    public static async Task<FanOutResult> SaveAsync(TransferEndpoint upload, FileStream file, TransferEndpoint replica, Pipe scanner)
    {
        FanOutOptions options = new()
        {
            SlowSinkTimeout = TimeSpan.FromSeconds(10),
            OnSinkFailure = SinkFailurePolicy.Detach,
        };
        FanOutResult result = await Transfer.FanOutAsync(upload, [file, replica, scanner.WriteHandle], options);
        if (!result.IsComplete)
        {
            throw new IOException($"The upload broke after {result.BytesRead} bytes: {result.SourceError}");
        }

        return result;
    }

    public static async Task CatchUpAsync(FanOutResult result, TransferEndpoint source, IReadOnlyList<TransferEndpoint> destinations)
    {
        foreach ((SinkResult sink, TransferEndpoint destination) in result.Sinks.Zip(destinations))
        {
            if (sink.Error is null && !sink.Undelivered.IsEmpty)
            {
                CopyOptions rest = new() { Prefix = sink.Undelivered, Length = 0 };
                await Transfer.CopyAsync(source, destination, rest);
            }
        }
    }
}
