namespace ZeroCopy.Benchmarks;

internal static class StraightCopy
{
    /// <summary>A copy that fails where it falls back, so that nobody takes the figures of the fallback for those of the fast way.</summary>
    public static async Task RunAsync(TransferEndpoint source, TransferEndpoint destination)
    {
        CopyResult result = await Transfer.CopyAsync(source, destination);
        if (result.FallbackErrno != Errno.None)
        {
            throw new InvalidOperationException($"{result.Path} because of {result.FallbackErrno}");
        }
    }
}
